// Whether somebody is at the screen with a finger or a key just now: then no list is drawn anew, for it would move or go under the hand.

const REST_MS = 1000; // after each touch and key
const FOLLOW_MS = 8000; // after a link: drawing anew would call back the page that is on its way

const held = new Set();
let restsUntil = 0;

function rest(milliseconds) {
  restsUntil = Math.max(restsUntil, performance.now() + milliseconds);
}

function take(name) { held.add(name); rest(REST_MS); }
function leave(name) { held.delete(name); rest(REST_MS); }
function leaveAll() { held.clear(); }

export function isTouched() {
  return held.size > 0 || performance.now() < restsUntil || document.querySelector("[data-pressed]") !== null;
}

// In the capture phase: nothing on the page can keep a touch from being noticed.
document.addEventListener("pointerdown", (event) => take(event.pointerId), true);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, (event) => leave(event.pointerId), true);
document.addEventListener("keydown", (event) => take(event.code), true);
document.addEventListener("keyup", (event) => leave(event.code), true);
document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) rest(FOLLOW_MS); }, true);
document.addEventListener("submit", (event) => { if (event.submitter?.hasAttribute("formaction")) rest(FOLLOW_MS); }, true);

// What is let go elsewhere is never told here.
window.addEventListener("blur", leaveAll);
document.addEventListener("visibilitychange", leaveAll);
