//! `longhand hosting`: what a web server of one's own should be told of the site.

use super::report::{self, Voice, out};
use super::{CacheArgs, SiteArgs, exit, options};
use crate::build::{self, Failure};
use crate::diag::{self, Severity};
use crate::render::hosting::Server;
use crate::source::Sources;
use clap::{Args, ValueEnum};
use serde_json::json;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  longhand hosting nginx > /etc/nginx/snippets/site.conf\n  \
                        longhand hosting caddy"
)]
pub struct Hosting {
    /// Which server is told
    #[arg(value_enum)]
    server: Kind,
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Apache 2.4
    Apache,
    /// Caddy 2
    Caddy,
    /// nginx
    Nginx,
}

pub fn run(arguments: &Hosting) -> u8 {
    let mut options = options(&arguments.site);
    options.cache_dir = arguments.cache.folder();
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let compiled = build::compile(&options, &mut sources, &mut diagnostics);
    // What is wrong with the site else is for `build` and `check` to say.
    diagnostics.retain(|said| said.severity == Severity::Error);
    let voice = Voice {
        json: false,
        quiet: true,
        verbose: false,
    };
    let errors = diag::count(&diagnostics).errors;
    report::diagnostics(&mut diagnostics, &sources, &voice);
    let compiled = match compiled {
        Ok(compiled) if errors == 0 => compiled,
        Ok(_) => return report::failed(&Failure::Site, &diagnostics, false, &voice),
        Err(failure) => return report::failed(&failure, &diagnostics, false, &voice),
    };
    let text = compiled.renderer.for_server(match arguments.server {
        Kind::Apache => Server::Apache,
        Kind::Caddy => Server::Caddy,
        Kind::Nginx => Server::Nginx,
    });
    match arguments.site.json {
        true => out(&format!("{}\n", json!({ "text": text }))),
        false => out(&text),
    }
    exit::FINE
}
