// Keys for the pages of reviews. Everything can be done without them: they press what is on the page.
(() => {
  "use strict";
  const SETTING = "cohort.keys";
  const byId = (id) => document.getElementById(id);
  const panel = byId("keys"), form = byId("verdict"), reason = byId("reason");
  const root = document.documentElement;

  // Single keys can be switched off (WCAG 2.1.4); a browser that keeps nothing has them on.
  let on = true;
  try { on = localStorage.getItem(SETTING) !== "off"; } catch { /* kept nowhere */ }
  const show = () => { root.dataset.keys = on ? "on" : "off"; };
  show();
  if (panel) {
    panel.hidden = false;
    const box = byId("keys-on");
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      try { localStorage.setItem(SETTING, on ? "on" : "off"); } catch { /* until the next page */ }
      show();
    });
  }

  const choose = (verdict) => {
    const radio = form && form.querySelector(`input[value="${verdict}"]`);
    if (!radio) return false;
    radio.checked = true;
    reason.focus();
    reason.setSelectionRange(reason.value.length, reason.value.length);
    return true;
  };
  const send = (id) => {
    const found = byId(id);
    if (found) found.requestSubmit();
    return Boolean(found);
  };
  const rows = () => [...document.querySelectorAll("a[data-row]")];
  const move = (by) => {
    const all = rows(), at = all.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : -1) : Math.max(0, Math.min(all.length - 1, at + by));
    if (!all.length) return false;
    all.at(to).focus();
    return true;
  };
  const help = () => {
    if (!panel) return false;
    panel.open = !panel.open;
    if (panel.open) panel.querySelector("summary").focus();
    return true;
  };
  const KEYS = {
    a: () => choose("advance"),
    d: () => choose("decline"),
    s: () => send("skip"),
    j: () => move(1),
    k: () => move(-1),
    n: () => { const link = byId("next"); if (link) link.click(); return Boolean(link); },
    "?": help,
  };

  const typing = (it) => it.closest('textarea, select, input:not([type="radio"], [type="checkbox"]), [contenteditable]');
  const escape = (at) => {
    if (typing(at)) {
      at.blur();
      byId("subject")?.focus();
    } else if (panel && panel.open) {
      panel.open = false;
    } else if (on && !(reason && reason.value.trim())) {
      return send("leave");
    } else {
      return false;
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const at = event.target instanceof Element ? event.target : document.body;
    // Enter and Esc while Chinese is composed belong to the input method.
    if (event.isComposing || event.defaultPrevented) return;
    let taken = false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      taken = Boolean(form && form.contains(at)) && send("verdict");
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) {
      return;
    } else if (event.key === "Escape") {
      taken = escape(at);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && at.matches("a[data-row]")) {
      taken = move(event.key === "ArrowDown" ? 1 : -1);
    } else if (on && !typing(at) && Object.hasOwn(KEYS, event.key.toLowerCase())) {
      taken = KEYS[event.key.toLowerCase()]();
    }
    if (taken) event.preventDefault();
  });

  // A verdict takes a moment to be answered, and is sent once.
  if (form) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      byId("send").textContent = form.dataset.sending;
    });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // A screen reader reads what changes: the banner is there from the start, so it is said anew.
  const banner = byId("banner"), announce = byId("announce");
  if (byId("problem")) {
    reason.focus();
  } else if (banner || form) {
    byId("subject")?.focus();
  }
  if (banner && announce) setTimeout(() => { announce.textContent = banner.textContent; }, 300);
})();
