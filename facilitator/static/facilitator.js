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

  // People who may be the one being typed are told before the form is sent; the server asks again anyway.
  document.querySelectorAll("[data-duplicates]").forEach(function (pair) {
    var form = pair.closest("form");
    var told = document.createElement("div");
    var asked = "";
    told.setAttribute("role", "status");
    pair.insertAdjacentElement("afterend", told);
    function tell(people) {
      told.replaceChildren();
      if (!people.length) return;
      var list = document.createElement("ul");
      people.forEach(function (person) {
        var line = document.createElement("li");
        var link = document.createElement("a");
        link.href = pair.dataset.link === "express" ? person.express : person.url;
        link.textContent = person.name;
        line.append(link, ", " + person.born);
        list.append(line);
      });
      told.append("Est-ce la même personne\u00a0?", list);
    }
    function ask() {
      var query = new URLSearchParams({ nom: form.elements.last_name.value, prenom: form.elements.first_name.value }).toString();
      if (query === asked) return;
      asked = query;
      window.fetch(pair.dataset.duplicates + "?" + query, { headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : { people: [] }; })
        .then(function (found) { if (query === asked) tell(found.people); })
        .catch(function () { told.replaceChildren(); });
    }
    pair.addEventListener("change", ask);
  });

  // A month to declare: totals follow what is typed (the server counts again); arrows go up and down a column.
  document.querySelectorAll("form[data-month]").forEach(function (form) {
    var cells = Array.from(form.querySelectorAll(".hours"));
    function hoursOf(cell) {
      var input = cell.querySelector("input");
      var text = input ? input.value.replace(/[\s\u00a0\u202f]/g, "").replace(/h$/i, "").replace(",", ".") : cell.dataset.hours;
      return /^\d+(\.\d{1,2})?$/.test(text) ? Number(text) : 0;
    }
    function french(value) {
      return value.toLocaleString("fr-FR", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    }
    function count() {
      var totals = {};
      cells.forEach(function (cell) {
        var hours = hoursOf(cell);
        ["row-" + cell.dataset.row, "site-" + cell.dataset.site, "all"].forEach(function (name) {
          var total = totals[name] = totals[name] || { hours: 0, days: 0 };
          total.hours += hours;
          total.days += hours / Number(cell.dataset.day);
        });
      });
      Object.keys(totals).forEach(function (name) {
        form.querySelectorAll("[data-total='" + name + "']").forEach(function (shown) { shown.textContent = french(totals[name].hours) + "\u00a0h"; });
        form.querySelectorAll("[data-days='" + name + "']").forEach(function (shown) {
          shown.textContent = french(totals[name].days).replace(/,00$/, "") + "\u00a0jour" + (totals[name].days < 2 ? "" : "s");
        });
      });
    }
    form.addEventListener("input", count);
    form.addEventListener("keydown", function (event) {
      if (!event.target.matches(".hours input") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      var site = event.target.closest(".hours").dataset.site;
      var column = Array.from(form.querySelectorAll(".hours[data-site='" + site + "'] input"));
      var next = column[column.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.select();
    });
  });

  // After a refusal, the reader starts at the list of what to correct.
  var summary = document.getElementById("a-corriger");
  if (summary) summary.focus();
})();
