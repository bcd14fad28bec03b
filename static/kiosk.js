// The room's screen: asks the kiosk program for the truth and shows it. It holds no sound and no state of its own (peers 1):
// a page that is reloaded, opened twice or closed changes nothing about the recording.

import { isTouched } from "./kiosk_hands.js";
import "./kiosk_windows.js";

const page = JSON.parse(document.getElementById("kiosk-page").textContent);
const here = document.body.dataset.page;
const LEVELS_MS = 220;
const STATUS_MS = 1000;
const PATIENCE_MS = 8000;
const HOLD_MS = 2000;
const SAID_MS = 8000;

const all = (selector) => document.querySelectorAll(selector);
const one = (selector) => document.querySelector(selector);
const statusAddress = one("[data-status]")?.dataset.status ?? "/status"; // the check of the microphones depends on its meeting's opening

function say(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function refuse(sentence) {
  const notice = one("[data-refusal]");
  say(notice, sentence);
  notice.hidden = !sentence;
}

// ---- what is shown -------------------------------------------------------------------------------------------------------------

function tell(words) {
  const notice = one("[data-said]");
  say(notice, words ?? "");
  notice.hidden = !words;
  if (words) setTimeout(() => { if (notice.textContent === words) tell(""); }, SAID_MS);
}

function showState(state, words) {
  if (words) say(one("[data-state-words]"), words);
  document.body.dataset.state = state;
  const hadFocus = document.activeElement?.closest("[data-when]");
  for (const form of all("[data-when]")) form.hidden = form.dataset.when !== state;
  if (hadFocus?.hidden) one(`[data-when="${state}"] button`)?.focus();
}

function showMicrophones(microphones) {
  for (const row of all("[data-microphone]")) {
    const shown = microphones[row.dataset.microphone];
    if (!shown) continue;
    row.dataset.kind = shown.kind;
    say(row.querySelector("[data-words]"), shown.words);
    if (row.dataset.voice) row.dataset.voice = shown.voice;
    say(row.querySelector("[data-voice-words]"), shown.voice_words);
  }
}

function showFaults(faults) {
  const list = one("[data-faults]");
  const numbers = faults.map((fault) => String(fault.number));
  for (const notice of list.querySelectorAll("[data-fault]")) if (!numbers.includes(notice.dataset.fault)) notice.remove();
  for (const fault of faults) {
    const notice = list.querySelector(`[data-fault="${fault.number}"]`) ?? list.appendChild(newFault(fault.number));
    notice.dataset.kind = fault.kind;
    notice.dataset.over = fault.is_over ? "yes" : "no";
    say(notice.querySelector("[data-name]"), fault.name);
    say(notice.querySelector("[data-sentence]"), fault.sentence);
  }
}

function newFault(number) {
  const notice = document.getElementById("fault-notice").content.firstElementChild.cloneNode(true);
  notice.dataset.fault = String(number);
  notice.querySelector("form").action = `/faults/${number}/answer`;
  return notice;
}

// “Start” turns green by itself once each microphone heard a voice (peers 17).
function showPreflight({ preflight }) {
  for (const form of all("[data-preflight]")) form.dataset.preflight = preflight;
}

function showLevels({ elapsed, total, levels }) {
  for (const element of all('[data-shows="elapsed"]')) say(element, elapsed);
  for (const element of all('[data-shows="total"]')) say(element, total);
  for (const row of all("[data-microphone]")) {
    row.querySelector("[data-bar]").style.transform = `scaleX(${(levels[row.dataset.microphone] ?? 0) / 100})`;
  }
}

function show(status) {
  for (const [name, words] of Object.entries(status.texts)) for (const element of all(`[data-shows="${name}"]`)) say(element, words);
  one("[data-server]").dataset.connected = status.is_connected ? "yes" : "no";
  showFaults(status.faults);
  showMicrophones(status.microphones);
  showLevels(status);
  showPreflight(status);
  showState(status.state, status.texts.state);
  document.body.dataset.deaf = status.is_deaf ? "yes" : "no";
  if (status.is_opening_spoken) one("[data-spoken]")?.remove();
  goWhereItHappens(status);
}

// A second tab, or a page that was open before: every screen shows the recorder while it runs.
function goWhereItHappens(status) {
  const runs = status.state !== "idle";
  if (runs && here !== "recording") leaveTo("/recording");
  if (!runs && here === "recording" && status.after) leaveTo(status.after); // nothing is said while the program is still stopping
  if (["home", "preflight"].includes(here) && status.version !== page.version && !isTouched()) leaveTo(location.pathname);
}

let leaving = false;
function leaveTo(address) {
  if (leaving) return;
  leaving = true;
  location.replace(address);
}

async function showDelivery() {
  if (!page.delivery_url) return;
  const delivery = await ask(page.delivery_url);
  say(one("[data-delivery]"), delivery.words);
  one("[data-delivered]").value = delivery.delivered;
}

// ---- asking again and again ----------------------------------------------------------------------------------------------------

let lostTouch = 0;
async function everySo(milliseconds, step) {
  for (;;) {
    const begun = performance.now();
    if (!leaving) await step().then(foundTouch, missTouch);
    await new Promise((done) => setTimeout(done, Math.max(0, milliseconds - (performance.now() - begun))));
  }
}

function foundTouch() {
  if (lostTouch > 2) refuse("");
  lostTouch = 0;
}

// The program may be dead: then nothing records, and the screen must not say that something does.
function missTouch() {
  lostTouch += 1;
  if (lostTouch <= 2) return;
  refuse(page.words.unreachable);
  showState("unknown", page.words.unknown);
  document.body.dataset.deaf = "no";
  showNothingKnown();
}

// What was last heard of seats and server is no word about now; the first answer of the program shows them again.
function showNothingKnown() {
  const fields = { kind: "unknown", words: page.words.not_known, voice: "no", voice_words: page.words.not_known };
  showMicrophones(Object.fromEntries([...all("[data-microphone]")].map((row) => [row.dataset.microphone, fields])));
  for (const bar of all("[data-bar]")) bar.style.transform = "scaleX(0)";
  one("[data-server]").dataset.connected = "unknown";
  say(one('[data-shows="server"]'), page.words.not_known);
}

// ---- what is pressed -----------------------------------------------------------------------------------------------------------

async function press(form, fields) {
  if (form.dataset.pressed) return; // a double press is one press; the server holds to that too
  form.dataset.pressed = "yes";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers: { "X-MeetRec-Kiosk": page.form_token } });
    await follow(answer, form);
  } catch {
    refuse(page.words.unreachable);
  } finally {
    delete form.dataset.pressed;
  }
}

async function follow(answer, form) {
  const told = await answer.json();
  if (!answer.ok) return refuse(told.error);
  refuse("");
  if (form.closest("[data-fault]")) form.closest("[data-fault]").remove();
  else if (new URL(told.now_at, location.href).pathname !== location.pathname) leaveTo(told.now_at);
  else await stayHere(form, told.said);
}

async function stayHere(form, said) {
  form.reset();
  form.closest("[popover]")?.hidePopover();
  tell(said);
  show(await ask(statusAddress));
}

// A button with an address of its own (the language) takes the whole form there as plain HTML does.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-press]") || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  press(event.target, new FormData(event.target, event.submitter));
});

// ---- people are counted by taps -------------------------------------------------------------------------------------------------

function makeCounter(counter) {
  const field = counter.querySelector("input");
  const draw = () => {
    counter.toggleAttribute("data-some", Number(field.value) > 0);
    for (const total of all("[data-total]")) say(total, sumOf(total.dataset.total));
  };
  for (const button of counter.querySelectorAll("button")) {
    button.hidden = false;
    button.addEventListener("click", () => { button.dataset.step > 0 ? field.stepUp() : field.stepDown(); draw(); });
  }
  field.addEventListener("input", draw);
  draw();
}

function sumOf(place) {
  const sum = [...all(`[name^="${place}-"]`)].reduce((found, field) => found + Number(field.value), 0);
  return sum ? `(${sum})` : "";
}

for (const counter of all("[data-counter]")) makeCounter(counter);

// What cannot be taken back is a hold of two seconds, by finger, mouse or keyboard: nobody stops a meeting by leaning on the screen (peers 1).
function makeHold(form) {
  const button = form.querySelector("button");
  const words = document.getElementById(button.getAttribute("aria-describedby"));
  const wordsBefore = words.textContent;
  const bar = form.querySelector("[data-progress]");
  let since = null;

  const draw = (share) => { bar.style.transform = `scaleX(${share})`; };
  const tick = () => {
    if (since === null) return;
    const held = performance.now() - since;
    draw(Math.min(1, held / HOLD_MS));
    if (held < HOLD_MS) requestAnimationFrame(tick);
    else finish(held);
  };
  const begin = (event) => {
    if (since !== null || form.dataset.pressed) return;
    since = event.timeStamp; // of the finger, not of this line: a busy machine shortens no hold
    say(words, page.words.holding);
    requestAnimationFrame(tick);
  };
  const end = () => {
    if (since === null) return;
    since = null;
    draw(0);
    say(words, wordsBefore);
    form.classList.add("kiosk-hold--early");
  };
  // Long enough is long enough, also where the machine was too busy to draw the last part of the bar.
  const release = (event) => {
    const held = since === null ? 0 : event.timeStamp - since;
    if (held >= HOLD_MS) finish(held);
    else end();
  };
  const finish = (held) => {
    since = null;
    const fields = new FormData(form);
    fields.set("held_ms", String(Math.floor(held)));
    press(form, fields).finally(() => draw(0));
  };
  const isHoldKey = (event) => event.key === " " || event.key === "Enter";

  form.addEventListener("submit", (event) => event.preventDefault());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("pointerdown", (event) => { if (event.button === 0) { button.setPointerCapture(event.pointerId); begin(event); } });
  button.addEventListener("pointerup", release);
  for (const name of ["pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, end);
  button.addEventListener("pointermove", (event) => {
    const box = button.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) end();
  });
  button.addEventListener("keydown", (event) => { if (isHoldKey(event)) { event.preventDefault(); if (!event.repeat) begin(event); } });
  button.addEventListener("keyup", (event) => { if (isHoldKey(event)) { event.preventDefault(); release(event); } });
  document.addEventListener("visibilitychange", () => { if (document.hidden) end(); });
}

for (const form of all("[data-hold]")) makeHold(form);

// The screen does not blank while it is open (peers 14); where the browser cannot promise that, nothing is lost.
async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => null);
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();

showState(page.state);
everySo(STATUS_MS, async () => { show(await ask(statusAddress)); await showDelivery(); });
everySo(LEVELS_MS, async () => showLevels(await ask("/status/levels")));
