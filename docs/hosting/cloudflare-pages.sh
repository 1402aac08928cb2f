#!/bin/sh
# The build command for Cloudflare Pages, with `public` as the output directory.
# `_redirects` is in the output. Rust is not on their machines: it is fetched.
set -eu
command -v cargo >/dev/null || {
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
    . "$HOME/.cargo/env"
}
cargo install --locked longhand
# The address of the branch's preview; of the main branch it is the site's own.
if [ "${CF_PAGES_BRANCH:-main}" = main ]; then
    longhand build --strict
else
    longhand build -D -F -b "$CF_PAGES_URL/"
fi
