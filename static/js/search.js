// Search in the site's JSON index. Loaded on the search page alone; the index
// is fetched when the field is entered, or at once where the address has ?q=.
// Text goes into the page as text, never as markup.
(() => {
	const root = document.querySelector(".search");
	const input = root?.querySelector("input");
	if (!input) return;
	const list = root.querySelector(".search-results");
	const status = root.querySelector(".search-status");
	const words = root.dataset;
	const limit = +words.limit || 30;
	const keys = words.keys?.split(" ");
	const wanted = (...names) => !keys || names.some((name) => keys.includes(name));
	let pages, loading;

	// Case, accents and width (ＡＢＣ) do not matter.
	const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
	// Names of tags, however the index writes them.
	const names = (tags) => (Array.isArray(tags) ? tags : []).map((tag) => (tag && tag.title) || String(tag)).join(" ");

	const load = () =>
		(loading ||= (async () => {
			status.textContent = words.loading;
			const answer = await fetch(words.index);
			if (!answer.ok) throw new Error(answer.status);
			const items = await answer.json();
			pages = items.map((item) => {
				const summary = wanted("summary", "description") && (item.description || item.summary);
				const text = [summary, wanted("content") && item.content].filter(Boolean).join(" … ");
				return {
					title: String(item.title || ""),
					url: String(item.url || item.permalink || ""),
					text,
					inTitle: fold(String(item.title || "")),
					inTags: wanted("tags") ? fold(names(item.tags)) : "",
					inText: fold(text),
				};
			});
			status.textContent = "";
		})().catch(() => {
			loading = undefined;
			status.textContent = words.failed;
		}));

	// Every term must occur; a title counts more than a tag, a tag more than text.
	const score = (page, terms) => {
		let sum = 0;
		for (const term of terms) {
			const at = page.inTitle.indexOf(term);
			const here =
				(at == 0 ? 12 : at > 0 ? (/[\p{L}\p{N}]/u.test(page.inTitle[at - 1]) ? 6 : 9) : 0) +
				(page.inTags.includes(term) ? 4 : 0) +
				(page.inText.includes(term) ? 1 : 0);
			if (!here) return 0;
			sum += here;
		}
		return sum;
	};

	// The places in `text` where a term stands, as [start, end) of the text as written.
	const places = (text, terms) => {
		let folded = "";
		const origin = [];
		let at = 0;
		for (const char of text) {
			const plain = fold(char);
			for (let i = 0; i < plain.length; i++) origin.push(at);
			folded += plain;
			at += char.length;
		}
		origin.push(at);
		const found = [];
		for (const term of terms) {
			for (let i = folded.indexOf(term); i >= 0 && found.length < 40; i = folded.indexOf(term, i + term.length)) {
				let end = i + term.length;
				while (end < origin.length - 1 && origin[end] == origin[end - 1]) end++;
				found.push([origin[i], origin[end]]);
			}
		}
		return found.sort((a, b) => a[0] - b[0]);
	};

	const marked = (element, text, terms) => {
		let from = 0;
		for (const [start, end] of places(text, terms)) {
			if (start < from) continue;
			element.append(text.slice(from, start));
			const mark = document.createElement("mark");
			mark.textContent = text.slice(start, end);
			element.append(mark);
			from = end;
		}
		element.append(text.slice(from));
		return element;
	};

	const excerpt = (page, terms) => {
		// Folding may shift places a little: enough for where to cut.
		const hits = terms.map((term) => page.inText.indexOf(term)).filter((at) => at >= 0);
		const start = hits.length ? Math.max(0, Math.min(...hits) - 60) : 0;
		let text = [...page.text.slice(start, start + 200)].join("");
		if (start) text = "…" + text.replace(/^[\p{L}\p{N}]{0,15}\s/u, " ").replace(/^[\udc00-\udfff]/, "");
		return text.trim() + (start + 200 < page.text.length ? "…" : "");
	};

	const show = () => {
		// One letter may be too short to search for, one ideograph never is.
		const long = (term) => term.length >= (+words.least || 1) || /[^\x00-\u05ff]/.test(term);
		const terms = [...new Set(fold(input.value).split(/\s+/))].filter((term) => term && long(term)).slice(0, 12);
		list.replaceChildren();
		if (!terms.length) return void (status.textContent = "");
		const found = [];
		for (const page of pages) {
			const points = score(page, terms);
			if (points) found.push([points, page]);
		}
		found.sort((a, b) => b[0] - a[0]);
		status.textContent = found.length ? words.found.replace("{count}", found.length) : words.none;
		for (const [, page] of found.slice(0, limit)) {
			const target = new URL(page.url, document.baseURI);
			if (!/^https?:$/.test(target.protocol)) continue;
			const item = document.createElement("li");
			const link = document.createElement("a");
			link.href = target.href;
			item.append(marked(link, page.title, terms), marked(document.createElement("p"), excerpt(page, terms), terms));
			list.append(item);
		}
	};

	const update = async () => {
		await load();
		if (pages) show();
		const address = new URL(location.href);
		if (input.value) address.searchParams.set("q", input.value);
		else address.searchParams.delete("q");
		history.replaceState(null, "", address);
	};

	let timer;
	input.addEventListener("focus", load, { once: true });
	input.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(update, 60);
	});
	input.form.addEventListener("submit", async (event) => {
		event.preventDefault();
		await update();
		list.querySelector("a")?.click();
	});
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
		const links = [...list.querySelectorAll("a")];
		const at = links.indexOf(document.activeElement);
		const inField = document.activeElement == input;
		if (event.key == "ArrowDown" && (inField || at >= 0)) links[Math.min(at + 1, links.length - 1)]?.focus();
		else if (event.key == "ArrowUp" && at >= 0) (links[at - 1] || input).focus();
		else if (event.key == "Escape" && (inField || at >= 0)) {
			input.value = "";
			input.focus();
			update();
		} else if (event.key == "/" && !inField) input.focus();
		else return;
		event.preventDefault();
	});
	const asked = new URLSearchParams(location.search).get("q");
	if (asked) {
		input.value = asked;
		update();
	}
	input.focus({ preventScroll: true });
})();
