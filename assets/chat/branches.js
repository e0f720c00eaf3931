// The branches of the last reply as a tree: a row for each, the taken token in bold. All texts go through textContent.
const root = element.querySelector(".branches");
const tree = root.querySelector(".branch-tree");
const undo = root.querySelector(".branch-undo");
sayIn(root);
// How many characters a row shows of the text shared with the parent branch, and of the branch's own text.
const BEFORE = 24, AFTER = 200;
const line = (text) => text.replace(/\n/g, "↵ ");

// The numbers of the branches, a parent's right under it, each with how deep it stands.
function ordered(branches, parent = null, depth = 1) {
  return branches.flatMap((branch, number) => (branch.parent === parent ? [{ branch, number, depth }, ...ordered(branches, number, depth + 1)] : []));
}

// The server counts code points, of which some, as emoji, take two places in a string.
function row({ branch, number, depth }, chosen) {
  const node = make("div", "branch", ""), { start, taken } = branch, points = [...branch.text], first = start + [...taken].length;
  const shared = (start > BEFORE ? "…" : "") + points.slice(Math.max(0, start - BEFORE), start).join("");
  const said = make("span", "branch-text", "");
  said.dir = "auto";
  const rest = points.slice(first, first + AFTER).join("");
  said.append(make("span", "branch-shared", line(shared)), make("strong", "branch-taken", line(taken)), line(rest));
  node.append(said);
  node.style.setProperty("--depth", depth - 1);
  node.setAttribute("role", "treeitem");
  node.setAttribute("aria-level", depth);
  node.setAttribute("aria-selected", String(number === chosen));
  node.tabIndex = number === chosen ? 0 : -1;
  node.dataset.branch = number;
  return node;
}

function draw() {
  const { turns = [], open } = props.value || {}, turn = turns.find(({ message }) => message === open);
  const focused = tree.contains(document.activeElement);
  root.hidden = !turn;
  tree.replaceChildren(...(turn ? ordered(turn.branches).map((each) => row(each, turn.chosen)) : []));
  undo.disabled = !turn || turn.branches[turn.chosen].parent === null;
  if (focused) tree.querySelector("[aria-selected=true]")?.focus();
}

const go = (node) => node && trigger("select", { branch: Number(node.dataset.branch) });
tree.addEventListener("click", (event) => go(event.target.closest(".branch")));
tree.addEventListener("keydown", (event) => {
  const all = [...tree.children], at = all.indexOf(event.target.closest(".branch"));
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    const next = all[to] ?? all[at];
    all.forEach((node) => (node.tabIndex = node === next ? 0 : -1));
    next.focus();
  } else if (event.key === "Enter" || event.key === " ") go(all[at]);
  else if (event.key === "Delete" && !undo.disabled) trigger("undo", {});
  else return;
  event.preventDefault();
});
undo.addEventListener("click", () => trigger("undo", {}));
watch("value", draw);
draw();
