/* The page of one recording: watches how far it is, marks the gaps, keeps sound and transcript in step, tells how much was heard. */

const WATCH_EVERY = 2_000; // milliseconds
const TELL_EVERY = 15_000;
const LONGEST_STEP = 2; // seconds; a longer step of the player's clock is a jump, not listening

/* A line that is there only while something is wrong; an empty sentence takes it away. */
function tellTrouble(line, sentence) {
  line.hidden = !sentence;
  const text = line.querySelector("p");
  if (text.textContent !== sentence) text.textContent = sentence;
}

/* How far it is. */

const standing = document.getElementById("standing");
const trouble = document.getElementById("standing-trouble");
let seen = null;
let timer = null;

async function watch() {
  if (document.hidden) return;
  try {
    const headers = { Accept: "application/json", ...(seen && { "If-None-Match": seen }) };
    const answer = await fetch(standing.dataset.address, { headers, cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", watch);
      tellTrouble(trouble, trouble.dataset.signedOut);
      return;
    }
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    if (answer.status !== 304) { // 304: nothing moved
      show(await answer.json());
      seen = answer.headers.get("ETag");
    }
    tellTrouble(trouble, "");
  } catch {
    tellTrouble(trouble, trouble.dataset.unreachable); // the network may come back
  }
}

function show(state) {
  if (state.key !== standing.dataset.key) {
    // The page that is listened to is not taken away under the listener.
    if (!sound || sound.paused) location.reload();
    return;
  }
  const sentence = document.getElementById("standing-sentence");
  if (sentence.textContent !== state.sentence) sentence.textContent = state.sentence;
  const bar = document.getElementById("standing-bar");
  bar.hidden = state.fraction === null;
  bar.value = Math.round(100 * (state.fraction ?? 0));
}

if (standing.dataset.address) {
  timer = setInterval(watch, WATCH_EVERY);
  document.addEventListener("visibilitychange", watch);
}

/* The player. */

const player = document.getElementById("player");
const sound = document.getElementById("sound");

const gapRows = document.querySelectorAll("#gaps tbody tr");
const WIDE_ENOUGH = .12; // of the waveform; a narrower mark bears its number alone

async function drawWaveform() {
  const [{ default: WaveSurfer }, { default: Regions }] = await Promise.all(
    [import("./vendor/wavesurfer/wavesurfer.esm.js"), import("./vendor/wavesurfer/regions.esm.js")]);
  const peaks = await (await fetch(player.dataset.peaks)).json();
  const regions = Regions.create();
  const waveform = WaveSurfer.create({
    container: "#waveform", media: sound, peaks: peaks.data, duration: peaks.duration, cspNonce: player.dataset.nonce,
    height: 64, waveColor: "#71767a", progressColor: "#162e51", cursorColor: "#b50909", plugins: [regions],
  });
  waveform.once("ready", () => markGaps(regions, peaks.duration));
}

/* The gap ledger's rows on the waveform: numbered as in the list, which is the way for the keyboard. */
function markGaps(regions, duration) {
  for (const row of gapRows) {
    const start = Number(row.dataset.start);
    const length = Number(row.dataset.end) - start;
    const content = length / duration < WIDE_ENOUGH ? row.cells[0].textContent : row.dataset.mark;
    regions.addRegion({ start, end: start + length, content, color: "rgba(255, 190, 46, .45)", drag: false, resize: false });
  }
}

/* Says so while the sound cannot be opened. It may have failed before this script ran. */
function watchSound() {
  const line = document.getElementById("sound-trouble");
  const look = () => tellTrouble(line, sound.error ? line.dataset.unopened : "");
  for (const moment of ["error", "emptied", "loadedmetadata"]) sound.addEventListener(moment, look);
  look();
}

function playFrom(seconds) {
  sound.currentTime = seconds;
  sound.play();
}

function changeMicrophone(link) {
  const at = sound.currentTime;
  const wasPlaying = !sound.paused;
  sound.addEventListener("loadedmetadata", () => {
    sound.currentTime = at;
    if (wasPlaying) sound.play();
  }, { once: true });
  sound.src = link.dataset.sound;
  player.querySelector("[data-sound][aria-current]")?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
}

/* The transcript in step. */

const lines = [...document.querySelectorAll(".transcript__line")];
const starts = lines.map((line) => Number(line.dataset.start));
let current = document.querySelector(".transcript__line[aria-current]");

/* The last line that has begun; while a pause follows it, it stays marked. */
function lineAt(seconds) {
  let from = 0;
  let to = starts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (starts[middle] <= seconds) from = middle + 1;
    else to = middle;
  }
  return lines[from - 1] ?? null;
}

function keepInStep() {
  const line = lineAt(sound.currentTime + 0.05);
  if (line === current) return;
  current?.removeAttribute("aria-current");
  line?.setAttribute("aria-current", "true");
  current = line;
  if (line && !sound.paused) line.scrollIntoView({ block: "nearest" });
}

function playLine(event) {
  const line = event.target.closest(".transcript__line");
  if (!line || event.ctrlKey || event.metaKey || event.shiftKey || String(getSelection())) return;
  event.preventDefault();
  playFrom(Number(line.dataset.start));
}

function playGap(event) {
  const link = event.target.closest("[data-from]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  playFrom(Number(link.dataset.from));
}

function moveBetweenLines(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = lines.indexOf(event.target.closest(".transcript__line"));
  if (!step || at < 0 || !lines[at + step]) return;
  event.preventDefault();
  lines[at + step].querySelector("a").focus();
}

/* How much was heard, for the record's journal. */

let heard = 0;
let last = 0;

function count() {
  const step = sound.currentTime - last;
  if (!sound.seeking && step > 0 && step < LONGEST_STEP) heard += step;
  last = sound.currentTime;
}

function tell() {
  count();
  if (heard < 0.1) return;
  const message = new FormData();
  message.set("csrf_token", player.dataset.token);
  message.set("seconds", heard.toFixed(2));
  if (navigator.sendBeacon(player.dataset.listening, message)) heard = 0;
}

if (player) {
  watchSound();
  drawWaveform();
  sound.addEventListener("timeupdate", () => { count(); keepInStep(); });
  sound.addEventListener("seeked", () => { last = sound.currentTime; keepInStep(); });
  for (const moment of ["pause", "ended"]) sound.addEventListener(moment, tell);
  addEventListener("pagehide", tell);
  setInterval(() => { if (!sound.paused) tell(); }, TELL_EVERY);
  document.getElementById("transcript")?.addEventListener("click", playLine);
  document.getElementById("gaps")?.addEventListener("click", playGap);
  document.getElementById("room")?.addEventListener("click", playGap);
  document.getElementById("transcript")?.addEventListener("keydown", moveBetweenLines);
  player.addEventListener("click", (event) => {
    const link = event.target.closest("[data-sound]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    changeMicrophone(link);
  });
}
