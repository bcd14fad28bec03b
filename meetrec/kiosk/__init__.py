"""The touch screen in the room, and the courier that carries pieces to the server."""
