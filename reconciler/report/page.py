"""The look and the behaviour of the HTML page: a style and a script, both in the page itself."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --paper: #ffffff; --card: #f6f8fa;
  --line: #d0d7de; --add: #116329; --change: #7a4b00; --release: #a40e26; --mark: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9ea7b3; --paper: #0d1117;
  --card: #161b22; --line: #3d444d; --add: #56d364; --change: #e3b341; --release: #ff9492;
  --mark: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
code, pre { font: .9rem/1.4 ui-monospace, monospace; white-space: pre-wrap; margin: 0; }
.dim { color: var(--dim); }
.lost { border-left: .25rem solid var(--release); padding-left: .75rem; }
ul { margin: 0; padding-left: 1.25rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1rem 0; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
legend { padding: 0; color: var(--dim); } label { display: inline-flex; gap: .35rem; }
input[type=search] { font: inherit; padding: .35rem .5rem; width: 20rem; max-width: 100%;
  color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .35rem; }
:focus-visible { outline: .15rem solid var(--mark); outline-offset: .1rem; }
article { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .6rem .8rem; background: var(--card); border-radius: .5rem; }
summary b { display: inline-block; min-width: 4.5rem; }
.create b { color: var(--add); } .change b { color: var(--change); }
.release b, .replace b, .blocked b { color: var(--release); }
.inside { padding: .25rem .8rem .8rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem;
  border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--dim); font-weight: 600; }
[hidden] { display: none; }
@media (max-width: 40rem) { table, tbody, tr, th, td { display: block; } thead { display: none; }
  th, td { padding: .2rem 0; border-top: 0; } tr { border-top: 1px solid var(--line);
  padding: .35rem 0; } td[data-of]::before { content: attr(data-of) ": "; color: var(--dim); } }
"""

SCRIPT: Final = """
const search = document.getElementById("search");
const found = document.getElementById("found");
const boxes = [...document.querySelectorAll("input[name=what]")];
const articles = [...document.querySelectorAll("article")];
function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const article of articles) {
    const text = article.textContent.toLowerCase();
    const fits = wanted.has(article.dataset.what) && words.every((word) => text.includes(word));
    article.hidden = !fits;
    count += fits ? 1 : 0;
  }
  found.textContent = `${count} of ${articles.length} shown`;
}
if (search) {
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", show);
  boxes.forEach((box) => box.addEventListener("change", show));
  search.form.hidden = false;
  show();
}
"""
