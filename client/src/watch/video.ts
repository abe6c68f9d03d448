/** The one video of the page. It plays on, and is sent on, also while another view is shown. */
export const video = document.createElement("video");
video.muted = true;
video.playsInline = true;
video.ariaLabel = "The video that is being watched";
