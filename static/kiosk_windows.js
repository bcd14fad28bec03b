// The language is switched by loading the page anew: a window that stood open over it opens again, with what is typed in it.

const KEPT = "open-window"; // the window's name only; what is typed goes with the form
let openBefore = "";

// A touch beside a window closes it before the button hears of the touch.
for (const name of ["pointerdown", "keydown"]) {
  document.addEventListener(name, () => { openBefore = document.querySelector(":popover-open")?.id ?? ""; }, true);
}

document.addEventListener("submit", (event) => {
  if (openBefore && event.submitter?.hasAttribute("formaction")) sessionStorage.setItem(KEPT, openBefore);
});

function openAgain(name) {
  sessionStorage.removeItem(KEPT);
  const kept = name && document.getElementById(name);
  if (!kept?.matches("[popover]")) return;
  kept.showPopover();
  kept.querySelector("textarea")?.focus();
}

openAgain(sessionStorage.getItem(KEPT));
