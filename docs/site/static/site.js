// A page on the disk may not read others for the summaries of a search's results.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What the theme leaves undone for those who hear the page or have no mouse.
addEventListener("DOMContentLoaded", () => {
  for (const toggle of document.querySelectorAll(".bd-sidenav summary")) {
    toggle.setAttribute("aria-label", toggle.closest("li").querySelector("a").textContent);
  }
  for (const button of document.querySelectorAll(".search-button-field")) {
    button.removeAttribute("aria-label");
  }
  const reachTables = () => {
    for (const table of document.querySelectorAll("main table")) {
      table.tabIndex = table.scrollWidth > table.clientWidth ? 0 : -1;
    }
  };
  addEventListener("resize", reachTables);
  addEventListener("load", reachTables);
});
