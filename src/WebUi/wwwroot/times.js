// Rewrites the page's times in the words of the user's language, in the time zone that the person has chosen or in that of the browser, and
// groups photos by the user's days. Without scripts, times stay as the server wrote them.

const language = navigator.languages.find(name => name.startsWith('en')) ?? 'en-GB'; // the pages are in English
const timeZone = document.documentElement.dataset.zone;
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone });
const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone });
const second = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone });
const dayAndClock = new Intl.DateTimeFormat(
  language, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit', timeZone });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone });

export function rewrite(root = document) {
  for (const days of root.querySelectorAll('[data-days]')) regroup(days);
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    time.title ||= time.textContent;
    time.textContent = formatOf(time.dataset, at).format(at);
  }
}

function formatOf(data, at) {
  if ('clock' in data) return clock;
  if ('recent' in data) return day.format(at) === day.format(new Date()) ? second : dayAndClock;
  return moment;
}

// Regroups the list, in which each section is one day: photos of one UTC day may belong to two days in the user's time zone.
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
Blazor.addEventListener('enhancedload', () => rewrite());
