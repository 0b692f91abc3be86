// Comforts only: every page works the same without this file.
(function () {
  "use strict";

  // «/» goes to the search box, unless one is already writing somewhere.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var search = document.getElementById("recherche");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // A second click while the first sending is under way is not sent.
  // The lock falls after five seconds, so that a download or a lost connection never leaves a dead form.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    window.setTimeout(function () { delete form.dataset.sending; }, 5000);
  });

  // Coming back with the browser's «back» button must find the form free.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sending]").forEach(function (form) { delete form.dataset.sending; });
  });

  // Escape, or a click elsewhere, closes an open menu.
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) { closeMenus(event.target.closest("details.menu")); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = event.target.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  // After a refusal, the reader starts at the list of what to correct.
  var summary = document.getElementById("a-corriger");
  if (summary) summary.focus();
})();
