import { AddCamera } from "./add-camera.tsx";

/** What the wall says while the server watches nothing by itself, and how to change that. */
export function NoCamera() {
  return (
    <div class="no-camera card">
      <h3>No camera yet</h3>
      <p>
        A camera of the server is watched day and night, whether or not a page is open, and stands here with
        its newest thought.
      </p>
      <AddCamera />
      <p class="muted">
        Cameras can also stand under <code>cameras:</code> in the config file of the server; then they are
        there at each start.
      </p>
    </div>
  );
}
