// Page of a model: the boundary between before and after, and buttons that copy commands.
import { addHandle, make } from "./page/dom";

const pair = document.getElementById("pair");
if (pair) addHandle(pair);

for (const line of document.querySelectorAll<HTMLElement>(".copy")) {
  const text = line.querySelector("code")?.textContent ?? "";
  const button = make("button", { type: "button", "aria-label": `Copy ${text}` }, "copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      button.textContent = "select it by hand";
    }
  });
  line.append(button);
}
