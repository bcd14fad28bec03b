/* Shows how far an upload is. Without this script the browser sends the same form and shows the same answers. */

const form = document.getElementById("upload");
const words = form.dataset;
const answer = document.getElementById("upload-answer");
const progress = document.getElementById("upload-progress");
const sentence = document.getElementById("upload-sentence");
const bar = progress.querySelector("progress");
const button = form.querySelector("button[type=submit]");

function refuse(text) {
  const alert = document.createElement("div");
  alert.className = "usa-alert usa-alert--error";
  alert.innerHTML = '<div class="usa-alert__body"><h2 class="usa-alert__heading"></h2><p class="usa-alert__text"></p></div>';
  alert.querySelector("h2").textContent = words.heading;
  alert.querySelector("p").textContent = text;
  alert.tabIndex = -1;
  answer.replaceChildren(alert);
  alert.focus();
}

function working(is) {
  progress.hidden = !is;
  button.disabled = is;
}

function tell(text, percent) {
  if (sentence.textContent !== text) sentence.textContent = text;
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
}

/* What is wrong with the fields stands where the server's page has it; the chosen file stays chosen. */
function tellErrors(page) {
  for (const group of page.querySelectorAll("#upload .usa-form-group")) {
    const id = group.querySelector("input")?.id;
    if (id && id !== "file") document.getElementById(id).closest(".usa-form-group").replaceWith(group);
  }
  const summary = page.getElementById("error-summary");
  answer.replaceChildren(...(summary ? [summary] : []));
  summary?.focus();
}

/* The server's answer: the recording's page, or its sentence. */
function show(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) return refuse(words.brokenOff);
  if (request.status < 400) return location.assign(request.responseURL);
  const shown = page.getElementById("refusal")?.querySelector("p")?.textContent;
  if (shown) return refuse(shown.trim());
  tellErrors(page);
}

function send() {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    const percent = Math.floor((100 * event.loaded) / event.total);
    tell(words.sending.replace("{percent}", String(percent - (percent % 5))), percent);
  });
  request.upload.addEventListener("load", () => tell(words.checking, null));
  request.addEventListener("load", () => { working(false); show(request); });
  request.addEventListener("error", () => { working(false); refuse(words.brokenOff); });
  request.send(new FormData(form));
  working(true);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = form.elements.namedItem("file").files[0];
  if (!file) return refuse(words.noFile);
  if (file.size > Number(words.largest)) return refuse(words.tooLarge);
  answer.replaceChildren();
  send();
});
