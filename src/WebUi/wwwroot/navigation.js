// After a link has changed the page without loading it, reading goes on at the new page's first field or heading, as it would after a load.
let shown = location.pathname;

Blazor.addEventListener('enhancedload', () => {
  if (location.pathname === shown) return;
  shown = location.pathname;
  const start = document.querySelector('main [autofocus]') ?? document.querySelector('main h1');
  if (start.tabIndex < 0) start.tabIndex = -1;
  start.focus();
});
