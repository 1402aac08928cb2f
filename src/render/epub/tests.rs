use super::*;

#[test]
fn a_name_is_of_its_address_alone() {
    // Python's uuid.uuid5(uuid.NAMESPACE_URL, …).
    assert_eq!(
        urn("https://example.org/"),
        "urn:uuid:527dda32-a0de-5105-a042-cb475b5f7d11"
    );
}

#[test]
fn addresses_out_of_a_book_have_a_scheme_that_is_known() {
    for (address, wanted) in [
        ("https://a.example/b c", Some("https://a.example/b%20c")),
        ("//a.example/", Some("https://a.example/")),
        (
            "mailto:a@b.example?subject=x y",
            Some("mailto:a@b.example?subject=x%20y"),
        ),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("https://[x/", None),
        ("/a/", None),
    ] {
        let wanted = wanted.map_or(Link::Nowhere, |wanted| Link::Address(wanted.to_owned()));
        assert_eq!(outside(address), wanted, "{address}");
    }
}
