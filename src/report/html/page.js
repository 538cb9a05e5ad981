
"use strict";

/** Sorts and filters the table of accounts; their details follow the filter. */
function arrange(table, form, status) {
  const body = table.tBodies[0];
  const details = document.querySelectorAll("details.account");
  const accounts = Array.from(body.rows, (row, index) => {
    const [verdict, , kind, , subscription] = row.cells;
    return {
      row,
      details: details[index],
      text: row.textContent.toLowerCase(),
      verdict: verdict.firstElementChild.textContent,
      kind: kind.textContent,
      subscription: subscription.textContent,
    };
  });

  const filter = () => {
    const asked = Object.fromEntries(new FormData(form));
    const words = asked.text.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const account of accounts) {
      const fits = ["verdict", "kind", "subscription"].every((name) => !asked[name] || asked[name] === account[name])
        && words.every((word) => account.text.includes(word));
      account.row.hidden = account.details.hidden = !fits;
      shown += fits;
    }
    status.textContent = `${shown} of ${accounts.length} accounts are shown.`;
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 100);
  });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();

  const sort = (header) => {
    const descends = header.ariaSort === "ascending";
    const key = ({ row }) => {
      const cell = row.cells[header.cellIndex];
      return cell.dataset.order === undefined ? cell.textContent.toLowerCase() : Number(cell.dataset.order);
    };
    const keyed = accounts.map((account) => ({ account, key: key(account) }));
    const sign = descends ? -1 : 1;
    keyed.sort((one, other) => sign * (one.key < other.key ? -1 : Number(one.key > other.key)));
    const rows = document.createDocumentFragment();
    keyed.forEach(({ account }, index) => {
      accounts[index] = account;
      rows.append(account.row);
    });
    body.append(rows);
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.ariaSort = descends ? "descending" : "ascending";
  };
  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  // As it was written: by verdict.
  table.tHead.rows[0].cells[0].ariaSort = "ascending";
}

/** Where nothing may be put on the clipboard, the command is selected, to be copied by hand. */
async function copy(button, command) {
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(command);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

/** Gives each command below `part` its button. */
function offerToCopy(part) {
  for (const command of part.querySelectorAll("pre")) {
    if (command.previousElementSibling?.className === "copy") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.ariaLabel = "Copy the command";
    button.ariaLive = "polite";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(button, command.firstElementChild));
    command.before(button);
  }
}

const form = document.querySelector("#filter");
if (form) arrange(document.querySelector("#accounts table"), form, document.querySelector("#shown"));

// Those of a closed account get them when it is opened.
document.querySelectorAll("details[open], #evidence-findings").forEach(offerToCopy);
document.addEventListener("toggle", ({ target }) => { if (target.open) offerToCopy(target); }, true);

// Browsers that cannot print what is closed.
if (!CSS.supports("selector(::details-content)")) {
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([hidden])")) details.open = true;
  });
}
