// Asks for the live part of an attempt: every 3 s for 2 min, then every 15 s to 10 min, then stops.
// Only a changed sentence is put in (and so announced); another state loads the whole page anew.
const part = document.querySelector("[data-poll]");
const started = Date.now();
const FAST = 3_000;
const SLOW = 15_000;
const FAST_FOR = 120_000;
const STOP_AFTER = 600_000;

async function ask() {
  if (document.hidden) return true;
  const answer = await fetch(part.dataset.poll, { cache: "no-cache" });
  if (answer.status >= 400 && answer.status < 500) return false;
  if (!answer.ok) return true;
  const fresh = new DOMParser()
    .parseFromString(await answer.text(), "text/html")
    .querySelector("[data-poll]");
  if (!fresh) return false;
  if (fresh.dataset.state !== part.dataset.state) {
    location.reload();
    return false;
  }
  if (fresh.textContent !== part.textContent) part.replaceChildren(...fresh.childNodes);
  return true;
}

function wait() {
  const age = Date.now() - started;
  if (age > STOP_AFTER) return;
  setTimeout(async () => {
    let on = true;
    try {
      on = await ask();
    } catch {
      // The line is away: the next turn tries again.
    }
    if (on) wait();
  }, age < FAST_FOR ? FAST : SLOW);
}

if (part) wait();
