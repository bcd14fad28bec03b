/* Keeps the coordinator's desk fresh: asks every ten seconds, changes the page only when the desk has changed. */

const EVERY = 10_000; // milliseconds

const desk = document.getElementById("desk-now");
const news = document.getElementById("desk-news");
const trouble = document.getElementById("desk-trouble");
let seen = desk.dataset.seen;
let timer = null;

function tell(sentence) {
  trouble.hidden = !sentence;
  const text = trouble.querySelector("p");
  if (text.textContent !== sentence) text.textContent = sentence;
}

/* The focus stays where it was, if that place is still there. */
function show(html) {
  const focused = desk.contains(document.activeElement) ? document.activeElement.id : "";
  desk.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(desk.dataset.address, { headers: { "If-None-Match": seen }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      clearInterval(timer);
      tell(trouble.dataset.signedOut);
      return;
    }
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    if (answer.status !== 304) {
      show(await answer.text());
      seen = answer.headers.get("ETag");
      news.textContent = news.dataset.changed;
    }
    tell("");
  } catch {
    tell(trouble.dataset.unreachable);
  }
}

timer = setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
