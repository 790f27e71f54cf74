/* What may be said before a session; all of it optional. */
import { list, text } from "./texts.js";

/** Makes the choices of the form; what is chosen is in the returned object. */
export function choices(form) {
  const chosen = {};
  for (const place of form.querySelectorAll("[data-choice]")) {
    const name = place.dataset.choice, legend = document.createElement("legend");
    legend.textContent = text(`choice.${name}`);
    place.append(legend);
    for (const value of list(name)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = value;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => choose(place, chosen, name, button));
      place.append(button);
    }
  }
  return chosen;
}

function choose(place, chosen, name, button) {
  const again = chosen[name] === button.textContent;
  for (const other of place.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button && !again));
  if (again) delete chosen[name];
  else chosen[name] = button.textContent;
}
