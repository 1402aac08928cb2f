//! What a shell is told of the program: completions and manual pages, made from the
//! arguments themselves.

use super::report::{failed_plainly, out};
use super::{Typed, exit};
use crate::source::write;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man as Page;
use std::path::PathBuf;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  longhand completions bash > ~/.local/share/bash-completion/completions/longhand\n  \
                        longhand completions fish > ~/.config/fish/completions/longhand.fish\n  \
                        longhand completions zsh > \"${fpath[1]}/_longhand\""
)]
pub struct Completions {
    /// The shell that they are for
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args)]
pub struct Man {
    /// The folder to write into, for example ~/.local/share/man/man1
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub fn completions(arguments: &Completions) -> u8 {
    let mut text = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Typed::command(),
        "longhand",
        &mut text,
    );
    out(&String::from_utf8_lossy(&text));
    exit::FINE
}

pub fn man(arguments: &Man) -> u8 {
    let mut command = Typed::command();
    command.build();
    let mut pages: Vec<(String, Page)> = vec![("longhand".to_owned(), Page::new(command.clone()))];
    for inner in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
    {
        let name = format!("longhand-{}", inner.get_name());
        // Named by `build` as its page is: `longhand-new`.
        pages.push((name, Page::new(inner.clone())));
    }
    for (name, page) in pages {
        let mut text = Vec::new();
        // Into memory, where nothing can fail.
        let _ = page.render(&mut text);
        let Some(folder) = &arguments.folder else {
            out(&String::from_utf8_lossy(&text));
            return exit::FINE;
        };
        let file = folder.join(format!("{name}.1"));
        if let Err(error) = write::put(&file, &text) {
            return failed_plainly(&error.to_string(), exit::IO, false);
        }
        out(&format!("{}\n", file.display()));
    }
    exit::FINE
}
