//! What the built-in shortcodes write.

use super::*;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

#[test]
fn figure() {
    gives(
        "{{< figure src=\"a.png#center\" >}}",
        "<figure><img src=\"a.png#center\" alt=\"\"></figure>",
    );
    gives(
        "{{< figure \"a.png\" >}}",
        "<figure><img src=\"a.png\" alt=\"\"></figure>",
    );
    gives(
        "{{< figure src=\"/a.png\" width=\"100%\" height=2 class=c align=center title=\"T & *t*\" alt=A >}}",
        "<figure class=\"align-center c\"><img src=\"/a.png#center\" alt=\"A\" width=\"100%\" \
         height=\"2\"><figcaption><h4 role=\"presentation\">T &amp; *t*</h4></figcaption></figure>",
    );
    gives(
        "{{< figure src=\"a.png\" link=\"https://e.org\" target=_blank caption=\"C **b** <i>x</i>\" attr=A attrlink=\"/a\" >}}",
        "<figure><a href=\"https://e.org\" target=\"_blank\" rel=\"noopener\"><img src=\"a.png\" \
         alt=\"C b x\"></a><figcaption><p>C <strong>b</strong> x <a href=\"/a\">A</a></p></figcaption></figure>",
    );
}

#[test]
fn media() {
    gives(
        "{{<video src=\"a.mp4\" controls=1 autoplay=\"false\" muted=\"true\" width=\"50%\" title=T >}}",
        "<figure><video src=\"a.mp4\" width=\"50%\" controls muted></video><figcaption><h4 role=\"presentation\">T</h4></figcaption></figure>",
    );
    gives(
        "{{< audio src=\"a.mp3\" caption=\"*c*\" >}}",
        "<figure class=\"audio\"><audio src=\"a.mp3\" preload=\"none\" controls></audio>\
         <figcaption><p><em>c</em></p></figcaption></figure>",
    );
    gives(
        "x {{< inTextImg url=\"a.png\" alt=A >}}",
        "<p>x <img class=\"in-text\" src=\"a.png\" height=\"15\" alt=\"A\"></p>",
    );
}

#[test]
fn boxes() {
    gives(
        "{{< details summary=\"S *s*\" open=true >}}\n*in*\n{{< /details >}}",
        "<details open>\n<summary>S <em>s</em></summary>\n<p><em>in</em></p>\n\n</details>",
    );
    gives(
        "{{< collapse >}}x{{< /collapse >}}",
        "<details>\n<summary>Details</summary>\n<p>x</p>\n\n</details>",
    );
    gives(
        "{{< fullwidth class=\"example-container\" >}}\n{{< figure a >}}\n{{< figure b >}}\n{{< /fullwidth >}}",
        "<div class=\"full-width-container example-container\">\n\
         <figure><img src=\"a\" alt=\"\"></figure>\n\
         <figure><img src=\"b\" alt=\"\"></figure>\n\n</div>",
    );
    gives(
        "{{< rtl >}}*x*{{< /rtl >}}",
        "<div dir=\"rtl\">\n*x*\n</div>",
    );
    gives(
        "{{< ltr md=true >}}*x*{{< /ltr >}}",
        "<div dir=\"ltr\">\n<p><em>x</em></p>\n\n</div>",
    );
    gives(
        "{{< quote author=A source=S url=\"https://e.org\" >}}q{{< /quote >}}",
        "<blockquote class=\"quote\" cite=\"https://e.org\">\n<p>q</p>\n\n<footer>— A, \
         <cite><a href=\"https://e.org\">S</a></cite></footer>\n</blockquote>",
    );
}

#[test]
fn button() {
    gives(
        "{{< button href=\"https://e.org\" label=\"GO\" external=true style=primary >}}",
        "<a href=\"https://e.org\" class=\"btn external btn-primary\" target=\"_blank\" rel=\"noopener\">GO</a>",
    );
    gives(
        "{{< button \"/a\" >}}In *it*{{< /button >}}",
        "<a href=\"/a\" class=\"btn\">In <em>it</em></a>",
    );
}

#[test]
fn embeds_fetch_nothing_unless_asked() {
    gives(
        "{{< youtube dQw4w9WgXcQ >}}",
        "<figure class=\"embed embed-youtube\"><a href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ\" \
         rel=\"noopener\"><span>YouTube video</span></a></figure>",
    );
    gives(
        "{{< youtube id=x iframe=true start=5 title=T >}}",
        "<div class=\"embed embed-youtube\"><iframe src=\"https://www.youtube-nocookie.com/embed/x?start=5\" \
         title=\"T\" loading=\"lazy\" referrerpolicy=\"strict-origin-when-cross-origin\" \
         allow=\"autoplay; encrypted-media; fullscreen; picture-in-picture\" allowfullscreen></iframe></div>",
    );
    gives(
        "{{< vimeo id=1 poster=\"p.jpg\" >}}",
        "<figure class=\"embed embed-vimeo\"><a href=\"https://vimeo.com/1\" rel=\"noopener\">\
         <img loading=\"lazy\" src=\"p.jpg\" alt=\"\"> <span>Vimeo video</span></a></figure>",
    );
    for text in [
        "{{< x user=u id=1 >}}",
        "{{< tweet u 1 >}}",
        "{{< twitter user=u id=1 >}}",
    ] {
        gives(
            text,
            "<blockquote class=\"embed embed-x\"><a href=\"https://x.com/u/status/1\" rel=\"noopener\">Post by @u on X\
             </a></blockquote>",
        );
    }
    gives(
        "{{< x 1 >}}",
        "<blockquote class=\"embed embed-x\"><a href=\"https://x.com/i/web/status/1\" rel=\"noopener\">Post on X</a>\
         </blockquote>",
    );
    gives(
        "{{< gist u 1 >}}",
        "<p class=\"embed embed-gist\"><a href=\"https://gist.github.com/u/1\" rel=\"noopener\">Gist by u</a></p>",
    );
    gives(
        "{{< gist user=u id=1 script=true >}}",
        "<script src=\"https://gist.github.com/u/1.js\"></script>",
    );
    gives(
        "{{< instagram Cx >}}",
        "<figure class=\"embed embed-instagram\"><a href=\"https://www.instagram.com/p/Cx/\" rel=\"noopener\">\
         <span>Post on Instagram</span></a></figure>",
    );
}

#[test]
fn highlight() {
    let page = Site::default()
        .page("{{< highlight go \"linenos=table,hl_lines=1 3-4\" >}}\na < b\n{{< /highlight >}}");
    assert_eq!(page.said, [""; 0]);
    assert_eq!(page.html.trim_end(), "<pre go>a &lt; b\n</pre>");
    let Some(Hole::Code(block)) = page.expanded.body.holes.last() else {
        panic!("{:?}", page.expanded.body.holes)
    };
    assert_eq!(block.options.hl_lines, [(1, 1), (3, 4)]);
    assert!(page.expanded.has_code);
}

#[test]
fn param() {
    gives("{{< param a.b >}}", "&lt;c&gt;");
    says(
        Site::default(),
        "{{< param x >}}",
        "error[shortcode-template] at `{{< param x >}}`: shortcode `param`: no parameter `x` in \
         `content/post/index.md` or the site's `params`\n  note: in the template `shortcodes/param.html:2:4`",
    );
}

#[test]
fn qr() {
    let page =
        Site::default().page("{{< qr text=\"hi\" level=high alt=\"A \\\"b\\\"\" class=q />}}");
    assert_eq!(page.said, [""; 0]);
    assert!(
        page.html.starts_with(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"q\" aria-label=\"A &quot;b&quot;\" \
             width=\"116\" height=\"116\" viewBox=\"0 0 29 29\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
             d=\"M0 0h29v29H0z\"/><path fill=\"#000\" d=\"M4 4h7v1h-7z"
        ),
        "{}",
        page.html
    );
    says(
        Site::default(),
        "{{< qr level=best >}}x{{< /qr >}}",
        "error[shortcode-template] at `{{< qr level=best >}}`: shortcode `qr`: `best` is no level of error correction\
         \n  note: in the template `shortcodes/qr.html:2:4`\
         \n  help: expected `low`, `medium`, `quartile` or `high`",
    );
}

#[test]
fn a_url_of_a_hostile_kind_leads_nowhere() {
    let page = Site::default().page("{{< button href=\"java&#115;cript:alert(1)\" label=x >}}");
    assert_eq!(page.html.trim_end(), "<a href=\"#\" class=\"btn\">x</a>");
    assert_eq!(
        page.said,
        [
            "warning[unsafe-url] at `{{< button href=\"java&#115;cript:alert(1)\" label=x >}}`: the URL \
          `java&#115;cript:alert(1)` is of a kind that is not allowed\
          \n  help: expected a path, or a URL of `https:`, `http:`, `mailto:` or `tel:`"
        ]
    );
}

/// Element names and attribute names, in order.
fn shape(handle: &Handle, out: &mut Vec<String>) {
    if let NodeData::Element { name, attrs, .. } = &handle.data {
        let attrs: Vec<_> = attrs
            .borrow()
            .iter()
            .map(|attr| attr.name.local.to_string())
            .collect();
        out.push(format!("{} {}", name.local, attrs.join(" ")));
    }
    for child in handle.children.borrow().iter() {
        shape(child, out);
    }
}

fn shape_of(html: &str) -> Vec<String> {
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
    let mut out = Vec::new();
    shape(&dom.document, &mut out);
    out
}

#[test]
fn hostile_arguments_add_no_element_and_no_attribute() {
    const HOSTILE: &str = r#"\"'><svg/onload=X></script><img src=x onerror=X> javascript:X"#;
    let calls = [
        "figure src=\"V\" alt=\"V\" title=\"V\" caption=\"V\" class=\"V\" link=\"V\" target=\"V\" rel=\"V\" width=\"V\" height=\"V\" loading=\"V\" attr=\"V\" attrlink=\"V\" decoding=\"V\"",
        "video src=\"V\" poster=\"V\" title=\"V\" alt=\"V\" caption=\"V\" class=\"V\" width=\"V\" height=\"V\" preload=\"V\"",
        "audio src=\"V\" title=\"V\" caption=\"V\" class=\"V\" preload=\"V\"",
        "button href=\"V\" label=\"V\" style=\"V\" class=\"V\" rel=\"V\" target=\"V\"",
        "details summary=\"V\" class=\"V\" name=\"V\" title=\"V\"",
        "fullwidth class=\"V\"",
        "quote author=\"V\" source=\"V\" url=\"V\" class=\"V\"",
        "inTextImg url=\"V\" alt=\"V\" height=\"V\"",
        "youtube id=\"V\" title=\"V\" class=\"V\" poster=\"V\" start=\"V\"",
        "youtube id=\"V\" title=\"V\" class=\"V\" loading=\"V\" iframe=true start=\"V\" end=\"V\"",
        "vimeo id=\"V\" title=\"V\" class=\"V\" poster=\"V\" start=\"V\"",
        "x id=\"V\" user=\"V\"",
        "gist user=\"V\" id=\"V\" file=\"V\"",
        "gist user=\"V\" id=\"V\" file=\"V\" script=true",
        "instagram id=\"V\" title=\"V\" poster=\"V\"",
        "qr text=\"V\" alt=\"V\" class=\"V\" id=\"V\" title=\"V\"",
        "ref path=\"V\"",
        "relref path=\"V\"",
        "param name=\"a.b\"",
    ];
    for call in calls {
        let html = |value: &str| {
            let page = Site::default().page(&format!("{{{{< {} />}}}}", call.replace('V', value)));
            let errors: Vec<_> = page
                .said
                .iter()
                .filter(|said| said.starts_with("error"))
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
            page.html
        };
        let (hostile, harmless) = (html(HOSTILE), html("v"));
        assert_eq!(shape_of(&hostile), shape_of(&harmless), "{hostile}");
    }
}
