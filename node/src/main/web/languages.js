/** The languages to choose from, and their names. */

/** What may be spoken: what Google Speech hears best. */
export const SPOKEN = [
  'ar-EG', 'bg-BG', 'ca-ES', 'cs-CZ', 'da-DK', 'de-DE', 'el-GR', 'en-AU', 'en-GB', 'en-IN', 'en-US', 'es-ES', 'es-MX',
  'et-EE', 'fi-FI', 'fr-CA', 'fr-FR', 'he-IL', 'hi-IN', 'hr-HR', 'hu-HU', 'id-ID', 'it-IT', 'ja-JP', 'ko-KR', 'lt-LT',
  'lv-LV', 'nb-NO', 'nl-NL', 'pl-PL', 'pt-BR', 'pt-PT', 'ro-RO', 'ru-RU', 'sk-SK', 'sl-SI', 'sr-RS', 'sv-SE', 'th-TH',
  'tr-TR', 'uk-UA', 'vi-VN', 'zh-CN',
];

/** What it may be translated into. */
export const TARGETS = [
  'ar', 'bg', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'id', 'it', 'ja', 'ko',
  'lt', 'lv', 'nb', 'nl', 'pl', 'pt-BR', 'pt-PT', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'th', 'tr', 'uk', 'vi', 'zh-Hans',
  'zh-Hant',
];

const english = new Intl.DisplayNames(['en'], { type: 'language' });

/** What the page, which speaks English, calls a language: "Spanish", "English (United States)". */
export function name(tag) {
  try {
    return english.of(tag);
  } catch {
    return tag;
  }
}

/** The name, and what its speakers call it, so that they find it: "Spanish · español". */
export function nameToChoose(tag) {
  const own = new Intl.DisplayNames([tag], { type: 'language', fallback: 'none' }).of(tag);
  return !own || own === name(tag) ? name(tag) : `${name(tag)} · ${own}`;
}

/** The tags, ordered by name. */
export function byName(tags) {
  return [...tags].sort((a, b) => name(a).localeCompare(name(b), 'en'));
}
