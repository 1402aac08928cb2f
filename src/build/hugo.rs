//! The rooms of a Hugo folder that have nothing to do here: each is named
//! once, with what takes its place.

use super::rooms::Rooms;
use crate::config::Dirs;
use crate::diag::Diagnostic;

pub fn report(rooms: &Rooms, dirs: &Dirs, diagnostics: &mut Vec<Diagnostic>) {
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    if rooms.layouts > 0 {
        diagnostics.push(
            Diagnostic::warning("hugo-layouts", None, format!("`{}/` is not used ({}): Go templates are not read", dirs.layouts, files(rooms.layouts)))
                .help("pages come from the theme; write what should differ into `templates/`, shortcodes into `templates/shortcodes/`"),
        );
    }
    if !rooms.themes.is_empty() {
        let names: Vec<String> = rooms
            .themes
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        diagnostics.push(
            Diagnostic::info("hugo-themes", None, format!("`{}/` is not used ({})", dirs.themes, names.join(", ")))
                .help("the built-in theme honours the switches of PaperMod; override its files in `templates/` and `static/`"),
        );
    }
    if rooms.other_assets > 0 {
        diagnostics.push(
            Diagnostic::warning("hugo-assets", None, format!("`{0}/` is not used ({1}), but for `{0}/css/extended/*.css`", dirs.assets, files(rooms.other_assets)))
                .help("put style sheets into `assets/css/extended/`, and files to be published into `static/`"),
        );
    }
}
