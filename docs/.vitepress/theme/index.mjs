// Without the theme's own fonts: a page shows in those of its reader.
export { default } from "vitepress/theme-without-fonts";
