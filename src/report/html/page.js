
"use strict";

/** Leaves `kept` in `parent`, if it is given, and after it these children only. What is kept keeps the focus. */
function fill(parent, children, kept) {
  const fragment = document.createDocumentFragment();
  for (const child of children) fragment.append(child);
  const rest = document.createRange();
  rest.selectNodeContents(parent);
  if (kept) rest.setStartAfter(kept);
  rest.deleteContents();
  parent.append(fragment);
}

/** Sorts and filters the accounts: their bodies of rows, which become those of one table, and with them their details. */
function arrange(form) {
  const [table, ...further] = document.querySelectorAll("table.accounts");
  const [together, ...rest] = document.querySelectorAll(".together");
  // As many as one table has are shown; more would take long to lay out.
  const most = table.tBodies.length;
  const details = document.querySelectorAll("details.account");
  const accounts = Array.from(document.querySelectorAll("table.accounts tbody"), (body, index) => {
    const row = body.rows[0];
    const [verdict, , kind, group, subscription, , , findings] = row.cells;
    return {
      body,
      row,
      details: details[index],
      text: `${body.textContent} ${subscription.title}`.toLowerCase(),
      verdict: verdict.querySelector("b").textContent,
      waived: verdict.querySelector("i") ? "yes" : "no",
      kind: kind.textContent,
      group: group.textContent,
      subscription: subscription.title,
      // A control without a word fails.
      control: findings.textContent.split(", ").map((one) => (one.includes(" ") ? one : `${one} fail`)),
    };
  });
  const choices = Array.from(form.querySelectorAll("select"), ({ name }) => name);
  let fitting = accounts;

  const show = (limit) => {
    const shown = fitting.slice(0, limit);
    fill(table, shown.map(({ body }) => body), table.tHead);
    fill(together, shown.map(({ details }) => details));
    const first = shown.length < fitting.length ? `, and the first ${shown.length} of them are shown` : "";
    document.querySelector("#shown").textContent = `${fitting.length} of ${accounts.length} accounts fit${first}.`;
    document.querySelector("#all").hidden = !first;
  };
  const filter = () => {
    const asked = Object.fromEntries(new FormData(form));
    const chosen = choices.filter((name) => asked[name]);
    const words = asked.text.toLowerCase().split(/\s+/);
    const fits = (account, name) => [account[name]].flat().includes(asked[name]);
    fitting = accounts.filter((account) => chosen.every((name) => fits(account, name))
      && words.every((word) => account.text.includes(word)));
    show(most);
  };
  /** The address says what is asked, so that it can be sent to somebody and gone back to. */
  const keep = () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", asked.size ? `#${asked}` : "#accounts");
    filter();
  };
  const sort = (header) => {
    const descends = header.ariaSort === "ascending";
    const key = ({ row }) => {
      const cell = row.cells[header.cellIndex];
      return cell.dataset.order === undefined ? cell.textContent.toLowerCase() : Number(cell.dataset.order);
    };
    const keys = new Map(accounts.map((account) => [account, key(account)]));
    const compare = (one, other) => (one < other ? -1 : Number(one > other));
    accounts.sort((one, other) => (descends ? -1 : 1) * compare(keys.get(one), keys.get(other)));
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.ariaSort = descends ? "descending" : "ascending";
    filter();
  };
  /** The filter or the account that the address leads to. The account may not be among those shown. */
  const follow = () => {
    if (location.hash.includes("=")) {
      const asked = new URLSearchParams(location.hash.slice(1));
      form.reset();
      for (const [name, value] of asked) if (form.elements[name]) form.elements[name].value = value;
      filter();
      document.querySelector("#accounts").scrollIntoView();
      return;
    }
    const { details } = accounts.find(({ row }) => location.hash && row.querySelector("a").hash === location.hash) ?? {};
    if (!details) return;
    if (!details.isConnected) together.prepend(details);
    details.open = true;
    details.scrollIntoView();
  };

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 100);
  });
  form.querySelector("[type=reset]").addEventListener("click", () => setTimeout(keep));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("#all").addEventListener("click", () => show());
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => show());
  for (const [id, open] of [["#expand", true], ["#collapse", false]]) {
    document.querySelector(id).addEventListener("click", () => {
      for (const details of together.children) details.open = open;
    });
  }
  document.querySelector(".buttons").hidden = false;
  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  // As they were written: by verdict.
  table.tHead.rows[0].cells[0].ariaSort = "ascending";
  table.ariaLabel = "Accounts";
  for (const part of [...further, ...rest]) part.remove();
  form.hidden = false;
  show(most);
  follow();
}

/** Where nothing may be put on the clipboard, the command is selected, to be copied by hand. */
async function copy(button, command) {
  try {
    await navigator.clipboard.writeText(command.textContent);
    announced.textContent = "The command is copied.";
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(command);
    announced.textContent = "The command is selected, to be copied by hand.";
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

/** Gives each command below `part` its button. */
function offerToCopy(part) {
  for (const command of part.querySelectorAll("pre")) {
    if (command.querySelector("button")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.ariaLabel = "Copy the command";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(button, command.firstElementChild));
    command.append(button);
  }
}

const announced = document.createElement("p");
announced.className = "announced";
announced.role = "status";
document.body.append(announced);

// Those of a closed account get them when it is opened.
document.querySelectorAll("details[open], #evidence-findings, #next").forEach(offerToCopy);
document.addEventListener("toggle", ({ target }) => { if (target.open) offerToCopy(target); }, true);

const form = document.querySelector("#filter");
if (form) arrange(form);
