// Copies a block of code without its line numbers. Loaded when a button is used for the
// first time, which is then clicked once more.
addEventListener("click", async ({ target }) => {
	const button = target.closest?.(".copy");
	if (!button) return;
	// Of a table of lines the first column holds the numbers.
	const code = [...button.parentElement.querySelectorAll("pre code")].pop();
	const text = code.cloneNode(true);
	text.querySelectorAll(".ln, .lnt").forEach((number) => number.remove());
	try {
		await navigator.clipboard.writeText(text.textContent);
	} catch {
		// It is not allowed here: what is selected can be copied by hand.
		getSelection().selectAllChildren(code);
		return;
	}
	button.dataset.label ??= button.textContent;
	button.textContent = button.dataset.done;
	clearTimeout(button.timer);
	button.timer = setTimeout(() => (button.textContent = button.dataset.label), 2000);
});
