/* Keeps a notice that cannot be sent because the connection is gone: what was typed stays in this window's memory for two hours, removed once it is sent.
   It never leaves the device. Without this script the form works as any other. */

const KEPT_AS = "notice-draft";
const KEPT_FOR = 2 * 60 * 60 * 1000; // milliseconds
const NOT_KEPT = new Set(["nonce", "website", "csrf_token"]);

let isWaiting = false; // sent in vain; goes out when the connection is back
let isSending = false;
let isSent = false;

const form = () => document.getElementById("notice-form");

function tell(what) {
  const news = document.getElementById("draft-news");
  news.hidden = !what;
  news.querySelector("p").textContent = what ? news.dataset[what] : "";
}

/* Storage may be closed to us (private windows, full): then nothing is kept, and nothing else changes. */
function stored(act) {
  try {
    return act(window.sessionStorage);
  } catch {
    return null;
  }
}

function keep() {
  const typed = [...new FormData(form())].filter(([name, value]) => !NOT_KEPT.has(name) && value);
  stored((storage) => storage.setItem(KEPT_AS, JSON.stringify({ at: Date.now(), typed })));
}

function forget() {
  stored((storage) => storage.removeItem(KEPT_AS));
}

/* Only into an empty form: what the server sent back, or the browser itself kept, is newer. */
function bringBack() {
  const draft = stored((storage) => JSON.parse(storage.getItem(KEPT_AS)));
  if (!draft) return;
  if (Date.now() - draft.at > KEPT_FOR) {
    forget();
    return;
  }
  const isEmpty = [...new FormData(form())].every(([name, value]) => NOT_KEPT.has(name) || !value);
  if (!isEmpty || !draft.typed.length) return;
  for (const [name, value] of draft.typed) {
    const field = form().elements.namedItem(name);
    if (field) field.value = value;
  }
  tell("restored");
}

/* The page that came back takes the place of this one's content: with errors, or with the sentence why it was not kept. */
function showAnswer(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.getElementById("main-content").replaceWith(document.adoptNode(page.getElementById("main-content")));
  (document.getElementById("error-summary") ?? document.getElementById("main-content")).focus();
}

async function send() {
  if (isSending) return;
  isSending = true;
  keep();
  try {
    const answer = await fetch(form().action, { method: "POST", body: new URLSearchParams(new FormData(form())), credentials: "same-origin" });
    isWaiting = false;
    if (answer.redirected) {
      forget();
      isSent = true;
      window.location.assign(answer.url);
      return;
    }
    showAnswer(await answer.text());
  } catch {
    isWaiting = true;
    tell("unsent");
  } finally {
    isSending = false;
  }
}

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  send();
});
document.addEventListener("change", () => {
  if (form()) keep();
});
/* A browser that kept the whole page shows it as it was sent: asked for anew, it is empty and says that the notice was sent. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted && isSent) window.location.reload();
});
window.addEventListener("online", () => {
  if (!isWaiting || !form()) return;
  tell("again");
  send();
});

if (form()) bringBack();
