// Finds what has a role and a name, as a screen reader would tell them.
//
// arguments: role, name. Returns { found: element or null, others: [text], focused: { role, name } }.
// An open modal dialog hides the rest. A name fits exactly, or up to its … if it ends in one. Browsers
// give password fields no role of their own; here they are called "password".
const [role, name] = arguments;
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
const { aria, dom, text } = axe.commons;
axe.setup(document.documentElement);
try {
  const roleOf = (element) => (element.type === 'password' ? 'password' : aria.getRole(element) || '');
  const nameOf = (element) => squeeze(text.accessibleText(element));
  const modals = [...document.querySelectorAll('dialog[open], [aria-modal="true"]')].filter((d) =>
    dom.isVisibleToScreenReaders(d),
  );
  const scope = modals.length > 0 ? modals[modals.length - 1] : document.body;
  const candidates = role
    ? [...scope.querySelectorAll('*')].filter((e) => roleOf(e) === role && dom.isVisibleToScreenReaders(e))
    : [];
  const named = candidates.map((element) => [element, nameOf(element)]);
  const start = name.endsWith('…') ? name.slice(0, -1) : null;
  const fits = (is) => (start === null ? is === name : is.startsWith(start));
  const found = named.find(([, is]) => fits(is))?.[0] ?? null;
  const focus = document.activeElement;
  return {
    found,
    others: found ? [] : named.map(([, is]) => `${role} “${is}”`),
    focused: focus && focus !== document.body ? { role: roleOf(focus), name: nameOf(focus) } : null,
  };
} finally {
  axe.teardown();
}
