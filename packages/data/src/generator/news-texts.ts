import { distinctTexts } from './distinct-texts.js';
import type { Random } from './random.js';

/** What a news item's text is made from, and what its appeal depends on. */
export interface NewsText {
  readonly topic: number;
  /** 0 to 3: how large the number in the title is. */
  readonly scale: number;
  /** 0 to 3: how strong its adjective is. */
  readonly tone: number;
  /** 0 to 2: a small word. */
  readonly angle: number;
  readonly title: string;
  readonly abstract: string;
}

/** What the sentences of a topic can draw from. */
interface Topic {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly events: readonly string[];
  readonly objects: readonly string[];
}

function topic(name: string, subjects: string, events: string, objects: string): Topic {
  return { name, subjects: subjects.split(', '), events: events.split(', '), objects: objects.split(', ') };
}

/** The topics in order: a topic's number decides what makes its news appealing. */
export const topics: readonly Topic[] = [
  topic('politics', 'the senator, the mayor, the president, the minister, the governor', 'signs, blocks, defends, rejects, announces', 'the tax law, the budget, the election plan, the treaty, the reform'),
  topic('football', 'the striker, the coach, the goalkeeper, the club, the referee', 'wins, loses, celebrates, regrets, joins', 'the final, the league match, the penalty, the season, the cup game'),
  topic('cooking', 'the chef, the baker, the restaurant, the grandmother, the farmer', 'bakes, serves, tastes, improves, sells', 'the bread, the soup, the chocolate cake, the pasta, the cheese'),
  topic('health', 'the doctor, the nurse, the hospital, the patient, the clinic', 'tests, recommends, treats, studies, prescribes', 'the vaccine, the diet, the heart drug, the sleep therapy, the exercise plan'),
  topic('technology', 'the engineer, the startup, the phone maker, the hacker, the programmer', 'builds, releases, hacks, repairs, copies', 'the app, the robot, the battery, the computer chip, the website'),
  topic('travel', 'the tourist, the pilot, the airline, the guide, the hotel', 'visits, opens, leaves, praises, books', 'the island, the mountain train, the airport, the old town, the beach resort'),
  topic('money', 'the bank, the investor, the trader, the company, the accountant', 'buys, sells, loses, saves, borrows', 'the shares, the gold, the house loan, the pension, the bond'),
  topic('music', 'the singer, the band, the drummer, the pianist, the orchestra', 'plays, records, cancels, writes, sings', 'the album, the concert, the love song, the tour, the symphony'),
  topic('film', 'the actor, the director, the studio, the critic, the producer', 'films, praises, hates, releases, rewrites', 'the movie, the comedy, the horror series, the sequel, the documentary'),
  topic('science', 'the physicist, the astronomer, the biologist, the laboratory, the probe', 'discovers, measures, photographs, explains, doubts', 'the planet, the particle, the fossil, the galaxy, the gene'),
  topic('weather', 'the storm, the flood, the forecaster, the heat wave, the blizzard', 'hits, reaches, surprises, spares, threatens', 'the coast, the valley, the city, the harvest, the northern road'),
  topic('gardening', 'the gardener, the botanist, the park, the neighbor, the florist', 'plants, waters, trims, rescues, grows', 'the roses, the apple tree, the lawn, the tomatoes, the hedge'),
];

const numberRanges: readonly (readonly [number, number])[] = [[2, 9], [11, 99], [101, 999], [1001, 9999]];
const adjectives = [
  ['usual', 'regular', 'ordinary', 'calm'],
  ['notable', 'curious', 'fresh', 'lively'],
  ['surprising', 'dramatic', 'striking', 'bold'],
  ['shocking', 'explosive', 'stunning', 'outrageous'],
];
const angles = ['', 'at last', 'not'];
const units = ['days', 'people', 'tries', 'votes', 'letters', 'hours'];
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/**
 * `perTopic` news with titles of their own for each topic, topic after topic.
 * @throws GramkitError CONFIGURATION_INVALID where the grammar has no more titles to give.
 */
export function generateNewsTexts(random: Random, perTopic: number): NewsText[] {
  return distinctTexts({ kinds: topics.map(({ name }) => name), texts: 'titles', draw: (kind) => drawText(random, kind), keyOf: ({ title }) => title }, perTopic);
}

function drawText(random: Random, topic: number): NewsText {
  const scale = random.integer(0, 3);
  const tone = random.integer(0, 3);
  const angle = random.integer(0, 2);
  const { subjects, events, objects } = topics[topic]!;
  const subject = random.pick(subjects);
  const object = random.pick(objects);
  const small = angles[angle] === '' ? '' : `${angles[angle]} `;
  const title = `${opening(random)}${subject} ${small}${random.pick(events)} ${object} after ${random.integer(...numberRanges[scale]!)} ${random.pick(units)} : a ${random.pick(adjectives[tone]!)} story${ending(random)}`;
  return { topic, scale, tone, angle, title, abstract: abstractOf(random, topic, subject, object) };
}

/** Days and numbers that have nothing to do with the appeal: a frozen encoding cannot tell them from those that have. */
function opening(random: Random): string {
  return random.pick(['', '', `${random.pick(weekdays)} , `, `number ${random.integer(...random.pick(numberRanges))} : `]);
}

function ending(random: Random): string {
  return random.pick(['', '', ` ( page ${random.integer(...random.pick(numberRanges))} )`, ` ( ${random.pick(weekdays)} )`]);
}

/** One to three sentences on the topic; the appeal is in the title alone. */
function abstractOf(random: Random, topic: number, subject: string, object: string): string {
  const { name, subjects, events, objects } = topics[topic]!;
  const sentences = Array.from({ length: random.integer(1, 3) }, () => `on ${random.pick(weekdays)} ${random.pick(subjects)} ${random.pick(events)} ${random.pick(objects)} .`);
  return [`a report on ${subject} and ${object} .`, ...sentences, `more ${name} inside .`].join(' ');
}
