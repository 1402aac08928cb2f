// The search in a dialog. Loaded when "/" is pressed for the first time.
{
	const { page } = document.currentScript.dataset;
	const box = document.createElement("dialog");
	let got;
	const get = async () => {
		const html = new DOMParser().parseFromString(await (await fetch(page)).text(), "text/html");
		const { src, integrity } = html.querySelector("[src*='js/search.']");
		const script = document.createElement("script");
		box.append(html.querySelector(".search"), Object.assign(script, { src, integrity }));
		document.body.append(box);
	};
	const open = () => (got ||= get()).then(() => box.showModal(), () => (location = page));
	addEventListener("keydown", (e) => {
		if (e.key != "/" || e.ctrlKey || e.metaKey || e.altKey) return;
		// The field of the closed dialog may have the focus until the next frame is drawn.
		const field = e.target.closest("input,textarea,select,[contenteditable]");
		if (field && (box.open || !box.contains(field))) return;
		e.preventDefault();
		open();
	});
	open();
}
