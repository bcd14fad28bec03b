/* Shows a button beside a text that is to be kept, and copies that text. Where no script runs or the browser does not let pages copy, there is no button. */

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = document.getElementById(button.dataset.saysIn);
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
      said.textContent = button.dataset.copied;
    } catch {
      said.textContent = button.dataset.refused;
    }
  });
}
