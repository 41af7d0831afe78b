/** Puts movable figures into their places on a page. */

for (const box of document.querySelectorAll("[data-movable]")) {
  import(`./figures/${box.dataset.movable}.js`)
    .then(figure => figure.default(box))
    // A figure that cannot be loaded leaves the page as it is without scripts.
    .catch(() => box.remove())
}
