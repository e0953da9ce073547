// When Blazor has replaced the page without a full load, moves the focus to the new page's autofocus field or its heading,
// so that keyboard and screen-reader users continue there.
let shown = location.pathname;

Blazor.addEventListener('enhancedload', () => {
  if (location.pathname === shown) return;
  shown = location.pathname;
  const start = document.querySelector('main [autofocus]') ?? document.querySelector('main h1');
  if (start.tabIndex < 0) start.tabIndex = -1;
  start.focus();
});
