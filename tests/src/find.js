// Finds what has a role and a name, as a screen reader would tell them.
//
// arguments: role, name. Returns { found: element or null, others: [text], focused: { role, name } }.
// An open modal dialog hides the rest. A name fits exactly, or else as a part of exactly one name.
const [role, name] = arguments;
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
const { aria, dom, text } = axe.commons;
axe.setup(document.documentElement);
try {
  const roleOf = (element) => aria.getRole(element) || '';
  const nameOf = (element) => squeeze(text.accessibleText(element));
  const modals = [...document.querySelectorAll('dialog[open], [aria-modal="true"]')].filter((d) =>
    dom.isVisibleToScreenReaders(d),
  );
  const scope = modals.length > 0 ? modals[modals.length - 1] : document.body;
  const candidates = role
    ? [...scope.querySelectorAll('*')].filter((e) => roleOf(e) === role && dom.isVisibleToScreenReaders(e))
    : [];
  const named = candidates.map((element) => [element, nameOf(element)]);
  const exact = named.filter(([, is]) => is === name);
  const part = named.filter(([, is]) => is.includes(name));
  const found = exact.length > 0 ? exact[0][0] : part.length === 1 ? part[0][0] : null;
  const focus = document.activeElement;
  return {
    found,
    others: found ? [] : named.map(([, is]) => `${role} “${is}”`),
    focused: focus && focus !== document.body ? { role: roleOf(focus), name: nameOf(focus) } : null,
  };
} finally {
  axe.teardown();
}
