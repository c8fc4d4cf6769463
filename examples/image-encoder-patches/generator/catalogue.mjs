import { colours, shapes } from './draw-picture.mjs';

/** Radius in pixels by the size's name. */
const radii = { small: 5, large: 8.5 };

/** Pictures of each shape, colour and size; the last is met by test students only. */
const variants = 4;

/** Difficulty by shape; that of a colour turns around from one shape to the next, so that neither alone tells it. */
const ofShape = { circle: -0.6, square: 0.2, triangle: -0.2, cross: 0.6 };
const ofColour = { red: 1, yellow: 0.4, green: -0.4, blue: -1 };
const ofSize = { small: 0.4, large: -0.4 };

/** The questions: what the picture shows, and how hard it is to answer. */
export function makeCatalogue() {
  const questions = [];
  Object.keys(shapes).forEach((shape, place) => {
    for (const colour of Object.keys(colours)) {
      for (const [sizeName, radius] of Object.entries(radii)) {
        const difficulty = ofShape[shape] + (place % 2 === 0 ? 1 : -1) * ofColour[colour] + ofSize[sizeName];
        for (let variant = 1; variant <= variants; variant++) {
          questions.push({ id: `${sizeName}-${colour}-${shape}-${variant}`, shape, colour, radius, difficulty, unseen: variant === variants });
        }
      }
    }
  });
  return questions;
}
