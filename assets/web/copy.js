// Copy buttons: they appear because this runs. What was copied is said once, in the page's one
// live region.
const said = document.getElementById("copied");

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (said) said.textContent = button.dataset.done;
    } catch {
      // Not allowed here (plain HTTP, old browser): select the text instead, so that one key copies.
      const value = button.parentElement.querySelector(".val");
      if (value) getSelection().selectAllChildren(value);
    }
  });
}
