// Search in the site's index. Loaded on the search page, or when "/" is pressed; the
// index is fetched in parts, by what is typed. Text goes into the page as text, never
// as markup. `src/render/search/index.rs` says how the files are made.
(() => {
	// Folding and splitting are those of `src/text/fold.rs`, rule for rule.
	const DROPPED = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc]/g;
	const fold = (text) => text.normalize("NFKD").replace(DROPPED, "").toLowerCase().replaceAll("ς", "σ").normalize("NFC");
	const LETTER = "[\\p{Alphabetic}\\p{N}\\p{M}]";
	const DENSE =
		"[\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u2e80-\\u2fdf\\u3005-\\u3007\\u3040-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7ff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]";
	const RUN = new RegExp(`((?:(?=${LETTER})${DENSE})+)|((?:(?!${DENSE})${LETTER})+)([+#]{1,2}(?![+#]|(?!${DENSE})${LETTER}))?`, "gu");
	const LONGEST = 40;

	// The terms under which the index has a text.
	const terms = (text) =>
		[...fold(text).matchAll(RUN)].flatMap(([, dense, word, signs]) => {
			if (dense) return [...dense].map((char, at, run) => char + (run[at + 1] || ""));
			if ([...word].length > LONGEST) return [];
			return signs ? [word, word + signs] : [word];
		});

	// What is looked up for a query, and what is marked in what is found; of each whether
	// it may go on after what was typed. The last word may be unfinished.
	const parse = (query, least = 1) => {
		const folded = fold(query);
		const wanted = new Map();
		const marks = new Map();
		for (const match of folded.matchAll(RUN)) {
			const [all, dense, word, signs = ""] = match;
			if (wanted.size >= 16) break;
			if (dense) {
				const run = [...dense];
				if (run.length == 1) wanted.set(dense, true);
				else for (let at = 1; at < run.length; at++) wanted.set(run[at - 1] + run[at], false);
				marks.set(dense, true);
			} else {
				// One letter may be too short to search for, those of some scripts never are.
				if (word.length < least && /^[\x00-\u05ff]*$/.test(word)) continue;
				if ([...word].length > LONGEST) continue;
				const unfinished = match.index + all.length == folded.length;
				// The first letter of a further word says little, and half of all pages have it.
				if (unfinished && wanted.size && /^[a-z]$/.test(word)) continue;
				wanted.set(word + signs, unfinished);
				marks.set(word + signs, unfinished);
			}
		}
		return { wanted, marks };
	};

	const encoder = new TextEncoder();
	const compare = (a, b) => {
		const length = Math.min(a.length, b.length);
		for (let at = 0; at < length; at++) if (a[at] != b[at]) return a[at] - b[at];
		return a.length - b.length;
	};
	const begins = (bytes, wanted) => bytes.length >= wanted.length && wanted.every((byte, at) => bytes[at] == byte);

	// Calls `take` for each entry of a file whose term is `wanted`, or begins so.
	const scan = (file, wanted, prefix, take) => {
		let at = 0;
		const number = () => {
			let value = 0;
			for (let shift = 1; ; shift *= 128) {
				const byte = file[at++];
				value += (byte & 127) * shift;
				if (!(byte & 128)) return value;
			}
		};
		let term = new Uint8Array(0);
		while (at < file.length) {
			const shared = number();
			const length = number();
			const next = new Uint8Array(shared + length);
			next.set(term.subarray(0, shared));
			next.set(file.subarray(at, (at += length)), shared);
			term = next;
			const end = number() + at;
			const whole = term.length == wanted.length;
			if ((whole || prefix) && begins(term, wanted))
				for (let page = 0; at < end; ) {
					const posting = number();
					page += Math.floor(posting / 16);
					take(page, posting % 16, whole);
				}
			at = end;
		}
	};

	// More files than these are not fetched for the beginning of a word: the index has
	// one list for it then.
	const FEW = 2;
	// A word that goes on after what was typed counts for less.
	const LONGER = 0.7;

	const open = (url, get) => {
		const base = url.replace(/search\.json$/, "search/");
		const kept = new Map();
		let directory, firsts, loading;
		const file = (name, read) => {
			if (!kept.has(name)) {
				const reading = get(`${base}${name}?${directory.stamp}`).then((answer) => {
					if (!answer.ok) throw new Error(answer.status);
					return answer[read]();
				});
				kept.set(name, reading);
				reading.catch(() => kept.delete(name));
			}
			return kept.get(name);
		};
		const words = async (n) => new Uint8Array(await file(`words-${n}.bin`, "arrayBuffer"));
		const load = () =>
			(loading ||= get(url, { cache: "no-cache" })
				.then((answer) => {
					if (!answer.ok) throw new Error(answer.status);
					return answer.json();
				})
				.then((read) => {
					firsts = (read.words || []).map((first) => encoder.encode(first));
					return (directory = read);
				})
				.catch((error) => {
					loading = undefined;
					throw error;
				}));
		// The file that has a term, if one does.
		const place = (wanted) => {
			let [low, high] = [0, firsts.length];
			while (high - low > 1) {
				const middle = (low + high) >> 1;
				if (compare(firsts[middle], wanted) <= 0) low = middle;
				else high = middle;
			}
			return low;
		};
		const exactly = async (term) => {
			const found = new Map();
			const wanted = encoder.encode(term);
			scan(await words(place(wanted)), wanted, false, (page, weight) => found.set(page, weight));
			return found;
		};
		// Pages and weights of a term.
		const lookup = async (term, prefix) => {
			if (!prefix) return exactly(term);
			const wanted = encoder.encode(term);
			const from = place(wanted);
			let until = from + 1;
			while (until < firsts.length && begins(firsts[until], wanted)) until++;
			if (until - from > FEW) {
				// What is that short is seldom meant as a word.
				const [longer, whole] = await Promise.all([exactly("*" + term), term.length > 2 ? exactly(term) : new Map()]);
				if (longer.size) {
					for (const [page, weight] of longer) longer.set(page, Math.max(weight * LONGER, whole.get(page) || 0));
					return longer;
				}
			}
			const found = new Map();
			const files = [];
			for (let n = from; n < until; n++) files.push(words(n));
			for (const file of await Promise.all(files))
				scan(file, wanted, true, (page, weight, whole) => {
					const counted = whole ? weight : weight * LONGER;
					if (counted > (found.get(page) || 0)) found.set(page, counted);
				});
			return found;
		};

		return {
			load,
			// Numbers of the pages that a query finds, the best first: those that have all
			// words, else those that have most. `filters` are `#tag` and `!section`.
			async find({ wanted }, filters = []) {
				await load();
				const lists = Promise.all([...wanted].map(([term, prefix]) => lookup(term, prefix)));
				const narrow = await Promise.all(filters.map(exactly));
				const found = new Map();
				const passes = (page) => narrow.every((list) => list.has(page));
				for (const list of await lists) {
					const rare = Math.log(1 + directory.pages / (list.size || 1));
					for (const [page, weight] of list) {
						if (!passes(page)) continue;
						const one = found.get(page);
						if (one) (one.hits++, (one.score += rare * weight));
						else found.set(page, { page, hits: 1, score: rare * weight });
					}
				}
				if (!wanted.size && narrow.length) for (const page of narrow[0].keys()) if (passes(page)) found.set(page, { page, hits: 0, score: 0 });
				let rows = [...found.values()];
				const all = rows.filter((row) => row.hits == wanted.size);
				if (all.length) rows = all;
				return rows.sort((a, b) => b.hits - a.hits || b.score - a.score || a.page - b.page).map((row) => row.page);
			},
			async page(number) {
				const group = await file(`pages-${Math.floor(number / directory.group)}.json`, "json");
				const [title, url, summary, date, section, tags = []] = group[number % directory.group];
				return { title, url, summary, date, section, tags };
			},
		};
	};

	// The places in `text` where a mark stands, as [start, end) of the text as written.
	// A word is marked from its beginning, a run of a script without spaces anywhere.
	const places = (text, marks) => {
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
		const dense = new RegExp(DENSE, "u");
		const letter = new RegExp(`${LETTER}$`, "u");
		for (const [mark, goesOn] of marks)
			for (let i = folded.indexOf(mark); i >= 0 && found.length < 40; i = folded.indexOf(mark, i + mark.length)) {
				const before = folded.slice(Math.max(0, i - 2), i);
				if (letter.test(before) && !dense.test(mark) && !dense.test([...before].pop())) continue;
				let end = i + mark.length;
				if (!goesOn && letter.test(String.fromCodePoint(folded.codePointAt(end) || 32))) continue;
				while (end < origin.length - 1 && origin[end] == origin[end - 1]) end++;
				found.push([origin[i], origin[end]]);
			}
		return found.sort((a, b) => a[0] - b[0]);
	};

	// The part of a text about its first mark, or nothing.
	const passage = (text, marks) => {
		const [first] = places(text, marks);
		if (!first) return "";
		const start = Math.max(0, first[0] - 60);
		let part = text.slice(start, start + 220).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
		if (start) part = "…" + part.replace(/^[\p{L}\p{N}]{0,15}\s/u, " ").trim();
		return part.trim() + (start + 220 < text.length ? "…" : "");
	};

	if (!globalThis.document) {
		globalThis.search = { fold, terms, parse, open, places, passage };
		return;
	}

	const root = document.querySelector("dialog .search") || document.querySelector(".search");
	const input = root?.querySelector("input");
	if (!input) return;
	const list = root.querySelector(".search-results");
	const status = root.querySelector(".search-status");
	const dialog = root.closest("dialog");
	const texts = root.dataset;
	const limit = +texts.limit || 30;
	const index = open(texts.index, (url, options) => fetch(url, options));
	const make = (name, className, ...inside) => {
		const element = document.createElement(name);
		if (className) element.className = className;
		element.append(...inside);
		return element;
	};

	// Sections and tags, to narrow what is found. A page is in one section alone.
	const chosen = new Set();
	const filters = make("ul", "plain search-filters");
	const offer = ({ sections = [], tags = [] }) => {
		if (filters.childElementCount) return;
		const all = [...(sections.length > 1 ? sections.map((row) => ["!", ...row]) : []), ...tags.map((row) => ["#", ...row])];
		for (const [mark, title, pages] of all) {
			const name = mark + title;
			const button = make("button", "", title, make("sup", "", String(pages)));
			button.type = "button";
			button.value = name;
			button.setAttribute("aria-pressed", chosen.has(name));
			button.addEventListener("click", () => {
				const off = chosen.delete(name);
				if (mark == "!") for (const other of chosen) if (other[0] == "!") chosen.delete(other);
				if (!off) chosen.add(name);
				for (const other of filters.querySelectorAll("button")) other.setAttribute("aria-pressed", chosen.has(other.value));
				update();
			});
			filters.append(make("li", "", button));
		}
		if (all.length) status.before(filters);
	};

	const load = async () => {
		status.textContent ||= texts.loading;
		try {
			const directory = await index.load();
			offer(directory);
			if (status.textContent == texts.loading) status.textContent = "";
			return directory;
		} catch {
			status.textContent = texts.failed;
		}
	};

	const marked = (element, text, marks) => {
		let from = 0;
		for (const [start, end] of places(text, marks)) {
			if (start < from) continue;
			element.append(text.slice(from, start), make("mark", "", text.slice(start, end)));
			from = end;
		}
		element.append(text.slice(from));
		return element;
	};

	const result = (page, marks) => {
		const target = new URL(page.url, document.baseURI);
		if (!/^https?:$/.test(target.protocol)) return;
		const link = document.createElement("a");
		link.href = target.href;
		const about = [page.date, page.section].filter(Boolean).join(" · ");
		const tags = marked(make("span", ""), page.tags.join(", "), marks);
		const item = make("li", "", marked(link, page.title, marks), marked(make("p", ""), page.summary, marks));
		if (about || page.tags.length) item.append(make("p", "meta", about, about && page.tags.length ? " · " : "", tags));
		return item;
	};

	// Where neither title nor summary says why a page was found, its text does.
	const explain = async (item, marks, signal) => {
		try {
			const answer = await fetch(item.querySelector("a").href, { signal });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const article = page.querySelector(".e-content");
			// Furniture within the text is no part of it.
			article?.querySelectorAll(".anchor, .copy, .ln, .lnt").forEach((part) => part.remove());
			const text = article?.textContent.replace(/\s+/g, " ");
			const part = text && passage(text, marks);
			if (part && !signal.aborted) item.querySelector("p").replaceWith(marked(make("p", ""), part, marks));
		} catch {
			// The summary stays.
		}
	};

	const MANY = 1000;
	const EXPLAINED = 3;
	// So many are shown at once, as somebody may still be typing; the others when the keys rest.
	const FIRST = 2;
	const STEP = 10;
	const REST = 300;
	let turn = 0;
	let later, explaining, observer;

	const update = async () => {
		const mine = ++turn;
		const gone = () => mine != turn;
		clearTimeout(later);
		explaining?.abort();
		observer?.disconnect();
		if (!dialog) {
			const address = new URL(location.href);
			const params = address.searchParams;
			["q", "tag", "section"].forEach((key) => params.delete(key));
			if (input.value) params.set("q", input.value);
			for (const name of chosen) params.append(name[0] == "!" ? "section" : "tag", name.slice(1));
			history.replaceState(null, "", address);
		}
		const directory = await load();
		if (!directory || gone()) return;
		// On a large site one letter finds a thousand pages, and is typed on the way to more.
		const asked = parse(input.value, +texts.least || (directory.pages > MANY ? 2 : 1));
		if (!asked.wanted.size && !chosen.size) {
			list.replaceChildren();
			status.textContent = "";
			return;
		}
		try {
			const found = await index.find(asked, [...chosen]);
			const numbers = found.slice(0, limit);
			const some = async (from, until) => {
				const pages = await Promise.all(numbers.slice(from, until).map(index.page));
				return pages.map((page) => result(page, asked.marks)).filter(Boolean);
			};
			const items = await some(0, FIRST);
			if (gone()) return;
			list.replaceChildren(...items);
			status.textContent = found.length ? texts.found.replace("{count}", found.length) : texts.none;
			const more = (from) => {
				if (from >= numbers.length) return;
				observer = new IntersectionObserver(async (seen) => {
					if (!seen.some((one) => one.isIntersecting)) return;
					observer.disconnect();
					add(from, from + STEP);
				});
				observer.observe(list.lastElementChild);
			};
			const add = async (from, until) => {
				const next = await some(from, until).catch(() => []);
				if (gone() || !next.length) return;
				list.append(...next);
				more(until);
			};
			explaining = new AbortController();
			later = setTimeout(() => {
				add(FIRST, STEP);
				const silent = (item) => !item.querySelector("mark");
				for (const item of items.slice(0, EXPLAINED).filter(silent)) explain(item, asked.marks, explaining.signal);
			}, REST);
		} catch {
			if (!gone()) status.textContent = texts.failed;
		}
	};

	let timer;
	input.addEventListener("focus", load, { once: true });
	input.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(update, 40);
	});
	input.form.addEventListener("submit", async (event) => {
		event.preventDefault();
		clearTimeout(timer);
		await update();
		list.querySelector("a")?.click();
	});
	(dialog || document).addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
		const links = [...list.querySelectorAll("a")];
		const at = links.indexOf(document.activeElement);
		const inField = document.activeElement == input;
		if (event.key == "ArrowDown" && (inField || at >= 0)) links[Math.min(at + 1, links.length - 1)]?.focus();
		else if (event.key == "ArrowUp" && at >= 0) (links[at - 1] || input).focus();
		else if (event.key == "Escape" && dialog) dialog.close();
		else if (event.key == "Escape" && (inField || at >= 0)) {
			input.value = "";
			input.focus();
			update();
		} else if (event.key == "/" && !inField) input.focus();
		else return;
		event.preventDefault();
	});
	if (dialog) {
		// The page may have a field of the same name already.
		const label = root.querySelector("label");
		input.id = label.htmlFor = "search-in-dialog";
		dialog.setAttribute("aria-label", label.textContent);
		dialog.setAttribute("closedby", "any");
	} else {
		const address = new URLSearchParams(location.search);
		// Who was quicker than this script keeps what they typed.
		input.value ||= address.get("q") || "";
		for (const tag of address.getAll("tag")) chosen.add("#" + tag);
		for (const section of address.getAll("section")) chosen.add("!" + section);
	}
	if (input.value || chosen.size) update();
	input.focus({ preventScroll: true });
})();
