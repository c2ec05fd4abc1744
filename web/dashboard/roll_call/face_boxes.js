/** Boxes with names over a picture, as an SVG of the picture's size; known faces can be chosen. */
const NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * @param {SVGElement} svg is filled anew; a box that had the focus has it again.
 * @param {{width: number, height: number, faces: object[]}} seen as `POST /api/v1/roll-calls` answers
 */
export function drawFaces(svg, { width, height, faces }, { words, onChoose }) {
  const focused = svg.contains(document.activeElement) ? document.activeElement.dataset.student : undefined;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren(...faces.map((face) => drawn(face, { width, words, onChoose })));
  if (focused) svg.querySelector(`[data-student="${focused}"]`)?.focus();
}

function drawn(face, { width: wide, words, onChoose }) {
  const [x, y, width, height] = face.box;
  const size = Math.max(wide / 48, 11);
  const group = element('g', { class: face.student ? 'box box-nearest' : 'box' });
  const name = element('text', { x, y: Math.max(y - size * 0.3, size), 'font-size': size });
  name.append(element('tspan', { class: 'box-name' }));
  name.firstChild.textContent = face.student?.name ?? words.unknown;
  group.append(element('rect', { x, y, width, height, rx: 4, 'vector-effect': 'non-scaling-stroke' }), name);
  if (face.student) {
    group.setAttribute('role', 'button');
    group.setAttribute('tabindex', '0');
    group.setAttribute('aria-label', face.student.name);
    group.dataset.student = face.student.id;
    group.addEventListener('click', () => onChoose(face));
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      onChoose(face);
    });
  }
  return group;
}

function element(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
