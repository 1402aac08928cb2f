//! Colours of the styles that people name, after their authors' palettes.

/// One style. The colours follow [`super::styles::ROLES`]; an empty one is that of plain text.
pub(super) struct Palette {
    pub(super) name: &'static str,
    /// None: whatever the page has.
    pub(super) ground: Option<&'static str>,
    pub(super) text: &'static str,
    pub(super) colours: [&'static str; 17],
}

const fn palette(
    name: &'static str,
    ground: &'static str,
    text: &'static str,
    colours: [&'static str; 17],
) -> Palette {
    Palette {
        name,
        ground: Some(ground),
        text,
        colours,
    }
}

#[rustfmt::skip]
pub(super) const PALETTES: &[Palette] = &[
    // Comment, keyword, type, string, escape, number, function, class, tag, attribute,
    // variable, builtin, operator, namespace, annotation, inserted, deleted.
    Palette { name: "longhand", ground: None, text: "#2b2926", colours: [
        "#635f57", "#8c2f45", "#5a4a8c", "#3f6428", "#7a5200", "#8a4a0c", "#1f5a86", "#5a4a8c", "#8c2f45", "#1f5a86",
        "", "#1f5a86", "", "", "#7a5200", "#2f6b2f", "#a1262d"] },
    Palette { name: "longhand-dark", ground: None, text: "#dcdad5", colours: [
        "#a8a59c", "#e59aa8", "#c3b4ee", "#aecb8f", "#e3c07c", "#e6b184", "#94c3ea", "#c3b4ee", "#e59aa8", "#94c3ea",
        "", "#94c3ea", "", "", "#e3c07c", "#8fce8f", "#f2a09b"] },
    palette("github", "#ffffff", "#1f2328", [
        "#57606a", "#cf222e", "#cf222e", "#0a3069", "#0a3069", "#0550ae", "#6639ba", "#953800", "#116329", "#0550ae",
        "#953800", "#6639ba", "#0550ae", "#24292e", "#0550ae", "#116329", "#82071e"]),
    palette("github-dark", "#0d1117", "#e6edf3", [
        "#8b949e", "#ff7b72", "#ff7b72", "#a5d6ff", "#79c0ff", "#79c0ff", "#d2a8ff", "#f0883e", "#7ee787", "#79c0ff",
        "#ffa657", "#d2a8ff", "#ff7b72", "#ff7b72", "#d2a8ff", "#56d364", "#ffa198"]),
    palette("monokai", "#272822", "#f8f8f2", [
        "#75715e", "#66d9ef", "#66d9ef", "#e6db74", "#ae81ff", "#ae81ff", "#a6e22e", "#a6e22e", "#f92672", "#a6e22e",
        "", "", "#f92672", "", "#a6e22e", "#a6e22e", "#f92672"]),
    palette("monokailight", "#fafafa", "#272822", [
        "#75715e", "#00a8c8", "#00a8c8", "#d88200", "#8045ff", "#ae81ff", "#75af00", "#75af00", "#f92672", "#75af00",
        "#111111", "#111111", "#f92672", "#111111", "#75af00", "#458a00", "#d0104f"]),
    palette("dracula", "#282a36", "#f8f8f2", [
        "#6272a4", "#ff79c6", "#8be9fd", "#f1fa8c", "#ff79c6", "#bd93f9", "#50fa7b", "#8be9fd", "#ff79c6", "#50fa7b",
        "#8be9fd", "#8be9fd", "#ff79c6", "", "#ff79c6", "#50fa7b", "#ff5555"]),
    palette("vs", "#ffffff", "#000000", [
        "#008000", "#0000ff", "#2b91af", "#a31515", "#a31515", "#098658", "", "#2b91af", "#800000", "#e50000",
        "", "#0000ff", "", "", "#0000ff", "#098658", "#a31515"]),
    palette("xcode", "#ffffff", "#000000", [
        "#177500", "#a90d91", "#3f6e75", "#c41a16", "#2300ce", "#1c01ce", "#000000", "#3f6e75", "#a90d91", "#836c28",
        "#3f6e75", "#5b269a", "#000000", "", "#633820", "#177500", "#c41a16"]),
    palette("xcode-dark", "#1f1f24", "#ffffff", [
        "#6c7986", "#fc5fa3", "#5dd8ff", "#fc6a5d", "#d0bf69", "#d0bf69", "#67b7a4", "#5dd8ff", "#fc5fa3", "#41a1c0",
        "#67b7a4", "#d0a8ff", "", "", "#fd8f3f", "#67b7a4", "#fc6a5d"]),
    palette("solarized-light", "#fdf6e3", "#586e75", [
        "#93a1a1", "#859900", "#b58900", "#2aa198", "#cb4b16", "#2aa198", "#268bd2", "#268bd2", "#268bd2", "#93a1a1",
        "#268bd2", "#b58900", "#859900", "", "#cb4b16", "#859900", "#dc322f"]),
    palette("solarized-dark", "#002b36", "#93a1a1", [
        "#586e75", "#719e07", "#dc322f", "#2aa198", "#cb4b16", "#2aa198", "#268bd2", "#268bd2", "#268bd2", "#93a1a1",
        "#268bd2", "#b58900", "#719e07", "", "#cb4b16", "#719e07", "#dc322f"]),
    palette("nord", "#2e3440", "#d8dee9", [
        "#7b88a1", "#81a1c1", "#81a1c1", "#a3be8c", "#ebcb8b", "#b48ead", "#88c0d0", "#8fbcbb", "#81a1c1", "#8fbcbb",
        "", "#81a1c1", "#81a1c1", "#8fbcbb", "#d08770", "#a3be8c", "#bf616a"]),
    palette("gruvbox", "#282828", "#ebdbb2", [
        "#928374", "#fb4934", "#fabd2f", "#b8bb26", "#fe8019", "#d3869b", "#fabd2f", "#fabd2f", "#8ec07c", "#b8bb26",
        "#83a598", "#fabd2f", "#fe8019", "#8ec07c", "#8ec07c", "#b8bb26", "#fb4934"]),
    palette("gruvbox-light", "#fbf1c7", "#3c3836", [
        "#928374", "#9d0006", "#b57614", "#79740e", "#af3a03", "#8f3f71", "#b57614", "#b57614", "#427b58", "#79740e",
        "#076678", "#b57614", "#af3a03", "#427b58", "#427b58", "#79740e", "#9d0006"]),
    palette("onedark", "#282c34", "#abb2bf", [
        "#7f848e", "#c678dd", "#e5c07b", "#98c379", "#56b6c2", "#d19a66", "#61afef", "#e5c07b", "#e06c75", "#d19a66",
        "#e06c75", "#e5c07b", "#56b6c2", "#e5c07b", "#61afef", "#98c379", "#e06c75"]),
    palette("catppuccin-latte", "#eff1f5", "#4c4f69", [
        "#8c8fa1", "#8839ef", "#d20f39", "#40a02b", "#ea76cb", "#fe640b", "#1e66f5", "#df8e1d", "#8839ef", "#1e66f5",
        "#dc8a78", "#04a5e5", "#04a5e5", "#df8e1d", "#1e66f5", "#40a02b", "#d20f39"]),
    palette("catppuccin-frappe", "#303446", "#c6d0f5", [
        "#838ba7", "#ca9ee6", "#e78284", "#a6d189", "#f4b8e4", "#ef9f76", "#8caaee", "#e5c890", "#ca9ee6", "#8caaee",
        "#f2d5cf", "#99d1db", "#99d1db", "#e5c890", "#8caaee", "#a6d189", "#e78284"]),
    palette("catppuccin-macchiato", "#24273a", "#cad3f5", [
        "#8087a2", "#c6a0f6", "#ed8796", "#a6da95", "#f5bde6", "#f5a97f", "#8aadf4", "#eed49f", "#c6a0f6", "#8aadf4",
        "#f4dbd6", "#91d7e3", "#91d7e3", "#eed49f", "#8aadf4", "#a6da95", "#ed8796"]),
    palette("catppuccin-mocha", "#1e1e2e", "#cdd6f4", [
        "#7f849c", "#cba6f7", "#f38ba8", "#a6e3a1", "#f5c2e7", "#fab387", "#89b4fa", "#f9e2af", "#cba6f7", "#89b4fa",
        "#f5e0dc", "#89dceb", "#89dceb", "#f9e2af", "#89b4fa", "#a6e3a1", "#f38ba8"]),
    palette("tokyonight-night", "#1a1b26", "#c0caf5", [
        "#737aa2", "#bb9af7", "#2ac3de", "#9ece6a", "#89ddff", "#ff9e64", "#7aa2f7", "#2ac3de", "#f7768e", "#bb9af7",
        "", "#7dcfff", "#89ddff", "#7dcfff", "#e0af68", "#9ece6a", "#f7768e"]),
    palette("tokyonight-day", "#e1e2e7", "#3760bf", [
        "#6c728a", "#9854f1", "#007197", "#587539", "#006a83", "#b15c00", "#2e7de9", "#007197", "#f52a65", "#9854f1",
        "", "#007197", "#006a83", "#007197", "#8c6c3e", "#587539", "#c64343"]),
    palette("rose-pine", "#191724", "#e0def4", [
        "#6e6a86", "#31748f", "#9ccfd8", "#f6c177", "#c4a7e7", "#ebbcba", "#ebbcba", "#9ccfd8", "#9ccfd8", "#c4a7e7",
        "", "#eb6f92", "#908caa", "", "#c4a7e7", "#9ccfd8", "#eb6f92"]),
    palette("rose-pine-dawn", "#faf4ed", "#575279", [
        "#9893a5", "#286983", "#56949f", "#ea9d34", "#907aa9", "#d7827e", "#d7827e", "#56949f", "#56949f", "#907aa9",
        "", "#b4637a", "#797593", "", "#907aa9", "#56949f", "#b4637a"]),
    palette("friendly", "#f0f0f0", "#000000", [
        "#5588a0", "#007020", "#902000", "#4070a0", "#70a0d0", "#208050", "#06287e", "#0e84b5", "#062873", "#4070a0",
        "#bb60d5", "#007020", "#666666", "#0e84b5", "#555555", "#008000", "#a00000"]),
    palette("tango", "#f8f8f8", "#000000", [
        "#8f5902", "#204a87", "#204a87", "#4e9a06", "#4e9a06", "#0000cf", "#000000", "#000000", "#204a87", "#876b00",
        "#000000", "#204a87", "#ce5c00", "#000000", "#5c35cc", "#00a000", "#a40000"]),
    palette("pygments", "#f8f8f8", "#000000", [
        "#408080", "#008000", "#b00040", "#ba2121", "#bb6622", "#666666", "#0000ff", "#0000ff", "#008000", "#7d9029",
        "#19177c", "#008000", "#666666", "#0000ff", "#aa22ff", "#00a000", "#a00000"]),
    palette("base16-snazzy", "#282a36", "#e2e4e5", [
        "#78787e", "#ff6ac1", "#9aedfe", "#5af78e", "#ff6ac1", "#ff9f43", "#57c7ff", "#f3f99d", "#ff6ac1", "#57c7ff",
        "#ff5c57", "#ff5c57", "#ff6ac1", "", "#ff9f43", "#5af78e", "#ff5c57"]),
    palette("native", "#202020", "#d0d0d0", [
        "#999999", "#6ab825", "#6ab825", "#ed9d13", "#ed9d13", "#3677a9", "#447fcf", "#447fcf", "#6ab825", "#bbbbbb",
        "#40ffff", "#24909d", "", "#447fcf", "#ffa500", "#589819", "#d22323"]),
    palette("bw", "#ffffff", "#000000", [
        "#555555", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "#aa0000"]),
];

/// Other styles of Chroma, and the palette here that is nearest to each.
#[rustfmt::skip]
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("longhand-light", "longhand"), ("default", "longhand"), ("github-light", "github"),
    ("abap", "vs"), ("algol", "bw"), ("algol-nu", "bw"), ("arduino", "friendly"), ("api", "native"),
    ("ashen", "native"), ("aura-theme-dark", "dracula"), ("aura-theme-dark-soft", "dracula"), ("autumn", "tango"),
    ("average", "friendly"), ("borland", "vs"), ("colorful", "friendly"), ("doom-one", "onedark"),
    ("doom-one2", "onedark"), ("emacs", "friendly"), ("evergarden", "gruvbox"), ("fruity", "native"),
    ("hr-high-contrast", "native"), ("hrdark", "native"), ("igor", "vs"), ("lovelace", "friendly"),
    ("manni", "friendly"), ("modus-operandi", "github"), ("modus-vivendi", "github-dark"), ("murphy", "friendly"),
    ("nordic", "nord"), ("onesenterprise", "vs"), ("one-dark", "onedark"), ("paraiso-dark", "base16-snazzy"),
    ("paraiso-light", "tango"), ("pastie", "pygments"), ("perldoc", "pygments"), ("rainbow-dash", "friendly"),
    ("rose-pine-moon", "rose-pine"), ("rpgle", "vs"), ("rrt", "native"), ("solarized-dark256", "solarized-dark"),
    ("swapoff", "native"), ("tokyonight-moon", "tokyonight-night"), ("tokyonight-storm", "tokyonight-night"),
    ("tokyo-night", "tokyonight-night"), ("trac", "friendly"), ("vim", "native"), ("vulcan", "onedark"),
    ("witchhazel", "dracula"), ("catppuccin", "catppuccin-mocha"), ("gruvbox-dark", "gruvbox"), ("one-light", "github"),
];
