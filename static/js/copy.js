// A button on every block of code that copies its text, without line numbers.
(() => {
	const { copy, copied } = document.currentScript.dataset;
	if (!navigator.clipboard) return;
	for (const pre of document.querySelectorAll(".prose pre")) {
		const code = pre.querySelector("code") || pre;
		// The first cell of a table of lines holds the numbers.
		if (pre.closest(".lntd:first-child")) continue;
		let host = pre.closest(".highlight");
		if (!host) {
			host = document.createElement("div");
			host.className = "highlight";
			pre.replaceWith(host);
			host.append(pre);
		}
		const button = document.createElement("button");
		button.type = "button";
		button.className = "copy";
		button.textContent = copy;
		let timer;
		button.addEventListener("click", async () => {
			const text = code.cloneNode(true);
			text.querySelectorAll(".ln, .lnt").forEach((number) => number.remove());
			try {
				await navigator.clipboard.writeText(text.textContent);
			} catch {
				return;
			}
			button.textContent = copied;
			clearTimeout(timer);
			timer = setTimeout(() => (button.textContent = copy), 2000);
		});
		host.append(button);
	}
})();
