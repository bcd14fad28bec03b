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

/* The heading of the part in which a place lies. */
function headingOf(place) {
  const before = [...desk.querySelectorAll("h2[id]")].filter((one) => one.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING);
  return before.at(-1)?.id;
}

/* The focus stays where it was; if that place is gone, at the heading of its part, so that nobody is thrown to the top of the page. */
function show(html) {
  const focused = desk.contains(document.activeElement) ? document.activeElement : null;
  const places = focused ? [focused.id, headingOf(focused)].filter(Boolean) : [];
  desk.innerHTML = html;
  places.map((id) => document.getElementById(id)).find(Boolean)?.focus({ preventScroll: true });
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
