/**
 * The names of the months, one line each: in English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Danish, Norwegian, Swedish and Russian, in full and as programs abbreviate them. No name
 * means different months in two of these languages. Czech, Croatian and Polish are left out, since
 * `srp`, `lip` and `lis` mean different months in them.
 */
const MONTH_NAMES = [
  "jan january januar januari jänner jän janv janvier ene enero gen gennaio janeiro янв января",
  "feb february febr februar februari feber févr fév février febrero febbraio fev fevereiro фев февр февраля",
  "mar march märz mär mrz mars marzo março mrt maart marts мар марта март",
  "apr april avr avril abr abril aprile апр апреля",
  "may mai mayo mag maggio maio mei maj мая май",
  "jun june juni juin junio giu giugno junho июн июня",
  "jul july juli juil juill juillet julio lug luglio julho июл июля",
  "aug august août ago agosto augustus augusti авг августа",
  "sep sept september septembre septiembre set settembre setembro сен сент сентября",
  "oct october okt oktober octobre octubre ott ottobre out outubro окт октября",
  "nov november novembre noviembre novembro ноя нояб ноября",
  "dec december dez dezember déc décembre dic diciembre dicembre dezembro des desember дек декабря",
];

/** The names of the days of the week in these languages. */
const DAY_NAMES = [
  "mon tue tues wed weds thu thur thurs fri sat sun",
  "monday tuesday wednesday thursday friday saturday sunday",
  "mo di mi do fr sa so",
  "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag",
  "lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche",
  "mié jue vie sáb dom lunes martes miércoles jueves viernes sábado domingo",
  "gio lunedì martedì mercoledì giovedì venerdì sabato domenica",
  "seg ter qua qui sex segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira",
  "ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
  "man tir tirs tis ons tor tors fre lør lör søn sön",
  "mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag",
  "пн вт ср чт пт сб вс",
  "понедельник вторник среда четверг пятница суббота воскресенье",
];

/** The offsets of the zone names of RFC 5322 section 4.3, in minutes. No others are known. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ...([["ut", 0], ["gmt", 0], ["utc", 0], ["z", 0], ["est", -300], ["edt", -240]] as const),
  ...([["cst", -360], ["cdt", -300], ["mst", -420], ["mdt", -360]] as const),
  ...([["pst", -480], ["pdt", -420]] as const),
]);

/** The number of a month by its plain name; made from the lists when it is first needed. */
let months: ReadonlyMap<string, number> | null = null;
let days: ReadonlySet<string> | null = null;

function monthsByName(): ReadonlyMap<string, number> {
  const named = (names: string, month: number) =>
    names.split(" ").map((name) => [plain(name), month] as const);
  return new Map(MONTH_NAMES.flatMap(named));
}

/** Text in lower case without accents; names are compared in this form. */
export function plain(text: string): string {
  const bare = /[^\0-\x7f]/.test(text) ? text.normalize("NFD").replace(/\p{M}/gu, "") : text;
  return bare.toLowerCase();
}

/** The number of a month (0 to 11) by its plain name; -1 for any other word. */
export function monthNamed(name: string): number {
  months ??= monthsByName();
  return months.get(name) ?? -1;
}

/** Whether a plain word is the name of a day of the week. */
export function isDayName(name: string): boolean {
  days ??= new Set(DAY_NAMES.flatMap((names) => names.split(" ").map(plain)));
  return days.has(name);
}

/** The offset of a zone in minutes by its plain name; `null` for a name not in RFC 5322. */
export function zoneNamed(name: string): number | null {
  return ZONES.get(name) ?? null;
}
