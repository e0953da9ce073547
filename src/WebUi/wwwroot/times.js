// Pages come with times in UTC. This writes them in the reader's zone and puts photos under the reader's days; without it UTC stays,
// and it stays where schedules are in UTC too (data-utc).

const language = navigator.languages.find(name => name.startsWith('en')) ?? 'en-GB'; // the pages are in English
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'full' });

function rewrite() {
  for (const days of document.querySelectorAll('[data-days]')) regroup(days);
  for (const time of document.querySelectorAll('time[datetime]:not([data-utc])')) {
    time.title ||= time.textContent;
    time.textContent = ('clock' in time.dataset ? clock : moment).format(new Date(time.dateTime));
  }
}

// Each section of the list is one day. What is one day in UTC may be two of the reader's.
function regroup(days) {
  const section = days.querySelector('section');
  const photos = [...days.querySelectorAll('.tiles > li')];
  const byDay = Map.groupBy(photos, photo => day.format(new Date(photo.querySelector('time').dateTime)));
  days.replaceChildren(...[...byDay].map(([name, those], index) => {
    const next = section.cloneNode(true);
    const heading = next.querySelector('h2');
    heading.id = `day-${index}`;
    heading.textContent = nameOf(name);
    next.setAttribute('aria-labelledby', heading.id);
    next.querySelector('.tiles').replaceChildren(...those);
    return next;
  }));
}

function nameOf(name) {
  const yesterday = new Date();
  if (name === day.format(yesterday)) return 'Today';
  yesterday.setDate(yesterday.getDate() - 1);
  return name === day.format(yesterday) ? 'Yesterday' : name;
}

rewrite();
Blazor.addEventListener('enhancedload', rewrite);
