#!/bin/sh
# Smaller copies of photographs of twelve megapixels, beside Hugo's: time and memory.
#
#     benches/pictures.sh LONGHAND HUGO [PHOTOS] [FOLDER]
#
# Both make WebP of 480, 800, 1200 and 1600 pixels, quality 75, Lanczos, from a page with
# all photographs as its resources. Ten photographs are drawn by ImageMagick; the others
# are the same with a few bytes behind their end, so that no cache takes them for one.
set -eu
longhand=$1 hugo=$2 photos=${3:-500} folder=${4:-/dev/shm/pictures}

rm -rf "$folder/site"
mkdir -p "$folder/site/content/trip" "$folder/site/layouts"
cd "$folder/site"
for n in 0 1 2 3 4 5 6 7 8 9; do
	[ -e "../$n.jpg" ] || convert -size 4000x3000 -seed "$n" plasma:fractal -attenuate 0.3 +noise Gaussian -quality 90 "../$n.jpg"
done
n=0
while [ "$n" -lt "$photos" ]; do
	{ cat "../$((n % 10)).jpg"; echo "$n"; } > "content/trip/$n.jpg"
	n=$((n + 1))
done
{
	printf -- '---\ntitle: Trip\n---\n'
	n=0
	while [ "$n" -lt "$photos" ]; do
		printf '![%s](%s.jpg)\n\n' "$n" "$n"
		n=$((n + 1))
	done
} > content/trip/index.md
printf 'title: T\nbaseURL: https://example.org/\nimaging: {quality: 75, resampleFilter: lanczos}\n' > hugo.yaml
cat > layouts/all.html <<'TEMPLATE'
{{ range .Resources.ByType "image" }}{{ $it := . }}<img src="{{ .RelPermalink }}" width="{{ .Width }}" height="{{ .Height }}" srcset="{{ range slice 480 800 1200 1600 }}{{ ($it.Resize (printf "%dx webp" .)).RelPermalink }} {{ . }}w, {{ end }}">{{ end }}
TEMPLATE

measure() {
	name=$1
	shift
	/usr/bin/time -f "$name: %e s, %U s of processors, %M KiB" "$@" > /dev/null 2> time || { cat time; exit 1; }
	tail -n 1 time
}

rm -rf public ../cache resources
measure "Longhand, from nothing" "$longhand" build -q --cache-dir "$folder/cache"
printf 'x' >> content/trip/0.jpg
measure "Longhand, one photograph changed" "$longhand" build -q --cache-dir "$folder/cache"
rm -rf public
measure "Longhand, no output, from its cache" "$longhand" build -q --cache-dir "$folder/cache"
rm -rf public
measure "Hugo, from nothing" "$hugo" --quiet --cacheDir "$folder/hugo-cache"
printf 'x' >> content/trip/0.jpg
measure "Hugo, one photograph changed" "$hugo" --quiet --cacheDir "$folder/hugo-cache"
rm -rf public
measure "Hugo, no output, from its cache" "$hugo" --quiet --cacheDir "$folder/hugo-cache"
