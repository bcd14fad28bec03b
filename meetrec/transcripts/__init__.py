"""Local transcription: model weights, engines, speakers by seat, the machine draft."""
