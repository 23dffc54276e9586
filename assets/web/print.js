// Print buttons: they appear because this runs, in place of the hint about the keys.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const hint of document.querySelectorAll("[data-print-hint]")) hint.hidden = true;
