// The switch between light and dark. What the reader chose is kept under the
// key that PaperMod uses, so that a site that moves here keeps it.
(() => {
	const button = document.getElementById("theme-toggle");
	if (!button) return;
	const root = document.documentElement;
	button.addEventListener("click", () => {
		const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
		const next = now == "dark" ? "light" : "dark";
		root.dataset.theme = next;
		try {
			localStorage.setItem("pref-theme", next);
		} catch {
			// Storage is forbidden: the choice lasts for this page.
		}
	});
	button.hidden = false;
})();
